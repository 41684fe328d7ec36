# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
#
# What every script behind tools/dev shares: printing, running, and the three build folders. Sourced, with the
# repository's root as the current folder.

# So that ccache recognises the same text in another clone.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1

say() { printf '\n== %s\n' "$*" >&2; }
die() { printf 'tools/dev: %s\n' "$*" >&2; exit 1; }

# Shows the command, then runs it; a failure ends the script (set -e).
run() { printf '+ %s\n' "$*" >&2; "$@"; }

# What tests/ speaks with that is not ours, each kind from its own registry and only when its list has changed: in
# build/clients the Python packages of clients.txt, in node/ below it the packages of package.json, in jars/ those of
# pom.xml. Where one of them cannot be had, the tests that need it are skipped and say so, but not in CI.
setup_clients() {
  setup_part build/clients clients.txt fetch_python "AWS's clients and moto, from PyPI"
  setup_part build/clients/node package-lock.json fetch_node "fauxqs, AWS's client for JavaScript and its Lambda runtime client, from the npm registry, with Node 20 or newer"
  setup_part build/clients/jars pom.xml fetch_jars "ElasticMQ, from Maven Central"
}

# setup_part FOLDER LIST FETCH WHAT: the list is copied into the folder when everything in it is there.
setup_part() {
  local folder=$1 list=tools/scripts/$2 fetch=$3 what=$4
  cmp -s "$list" "$folder/$2" && return 0
  rm -rf "$folder"
  if "$fetch" "$folder"; then
    cp "$list" "$folder"
    return 0
  fi
  rm -rf "$folder"
  [[ ${CI:-} != true ]] || die "CI needs $what: is the registry out of reach?"
  say "not in $folder: $what. Tests that need it will say so and be skipped"
}

fetch_python() { run /usr/bin/python3 -m venv "$1" && run "$1/bin/pip" install -q -r tools/scripts/clients.txt; }

# Node comes from Debian only where there is none: other sources have newer ones, which must stay. The Lambda runtime
# client is compiled, for two minutes, with the headers that lie beside node where it has them; without it only its own test
# is skipped.
fetch_node() {
  command -v npm >/dev/null || setup node || return
  (($(node -p 'parseInt(process.versions.node)') >= 20)) || return
  (setup lambda) || true
  local prefix
  prefix=$(node -p 'require("path").resolve(process.execPath, "../..")')
  [[ ! -f $prefix/include/node/node.h ]] || local -x npm_config_nodedir=$prefix
  mkdir -p "$1" && cp tools/scripts/package.json tools/scripts/package-lock.json "$1" &&
    run npm ci --prefix "$(realpath "$1")" --silent --no-audit --no-fund && rm "$1/package-lock.json"
}

# Checksums must be right (-C), as they must be for the other two by what their lists and indexes say.
fetch_jars() {
  setup java &&
    run mvn -B -C -q -f tools/scripts/pom.xml dependency:copy-dependencies -DoutputDirectory="$PWD/$1"
}

# debian_source PACKAGE VERSION FOLDER: unpacks the source of an installed package into FOLDER/source. Where apt knows
# Debian's packages from, the source is too; its lists are kept apart, so that the machine's own stay as they are.
debian_source() {
  local package=$1 version=$2 folder=$3
  local apt=(apt-get -q -o "Dir::Etc::SourceList=$folder/sources.list" -o Dir::Etc::SourceParts=-
    -o "Dir::State::lists=$folder/lists" -o "Dir::Cache=$folder/cache" -o APT::Sandbox::User=root)
  mkdir -p "$folder/lists/partial" "$folder/cache"
  apt-get indextargets --format 'deb-src $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' |
    sort -u >"$folder/sources.list"
  run "${apt[@]}" update && (cd "$folder" && run "${apt[@]}" source --download-only "$package=$version") &&
    run dpkg-source -x "$folder"/*.dsc "$folder/source"
}

# How many jobs may run at once: one per core, but one per GiB of free memory, which is what a file that includes
# gRPC's headers takes to compile.
jobs_max() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/^MemAvailable:/ { print int($2 / 1048576) }' /proc/meminfo)
  ((memory >= 1)) || memory=1
  echo $((cores < memory ? cores : memory))
}

# setup GROUP…: installs what is missing of these groups of packages.txt, and does nothing when nothing is.
setup() {
  local wanted missing as_root=()
  wanted=$(awk -v groups=" $* " 'index(groups, " " $1 " ") { print $2 }' tools/scripts/packages.txt)
  # dpkg-query fails when it does not know one of them; what it prints for the others is right all the same.
  missing=$(comm -23 <(sort <<<"$wanted") \
    <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null | sed -n 's/^installed //p' | sort -u))
  [[ -n $missing ]] || return 0
  if ((EUID != 0)); then
    command -v sudo >/dev/null || die "these Debian packages are missing; install them as root:" $missing
    as_root=(sudo)
  fi
  say "installing" $missing
  run "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -q
  run "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
}

# configure PRESET: makes build/PRESET once; ninja runs cmake again by itself when a CMakeLists.txt changes.
configure() {
  local shared
  shared=$(realpath -m "${ASLD_SHARED:-../shared}")
  if [[ ! -d $shared/conformance ]]; then
    [[ ${CI:-} != true ]] || die "CI needs the conformance corpora in $shared; set ASLD_SHARED to where they are"
    say "no conformance corpora in $shared: tests that read them will say so and be skipped"
  fi
  [[ ! -f build/$1/build.ninja ]] || return 0
  run cmake -C "tools/presets/$1.cmake" -S . -B "build/$1" -G Ninja -DASLD_SHARED="$shared"
}

# build PRESET MINUTES [TARGET…]: builds build/PRESET. MINUTES is what a first build takes on two cores, as measured.
build() {
  local preset=$1 minutes=$2 began=$SECONDS
  shift 2
  [[ -f build/$preset/build.ninja ]] ||
    say "first build of build/$preset: about $minutes minutes on two cores; later builds only what changed"
  configure "$preset"
  run ninja -C "build/$preset" -j "$(jobs_max)" "$@"
  printf 'build/%s is up to date after %d s\n' "$preset" $((SECONDS - began)) >&2
}

# tests PRESET NAME CTEST-ARGUMENTS…: runs ctest in build/PRESET and keeps its output in build/ctest-NAME.log, from
# which .ci/run adds up. Jobs wait for time and disk as much as for a core, so there are a few more than cores.
tests() {
  local preset=$1 name=$2
  shift 2
  run ctest --test-dir "build/$preset" --output-on-failure --no-tests=error -j "$(($(jobs_max) + 1))" "$@" 2>&1 |
    tee "build/ctest-$name.log"
}
