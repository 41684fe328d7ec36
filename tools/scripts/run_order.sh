#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
#
# The demonstration: run_order.sh BUILD starts asld on a fresh data directory and the workers of tools/examples/order,
# starts orders, kills the engine with SIGKILL while they run and starts it again, and shows that every order ended, with
# nothing lost and nothing done twice. Exit code 0 says that all of this held. Leaves no process and no file behind.
set -euo pipefail
build=$1
orders=${ORDERS:-20}
example=tools/examples/order
folder=$(mktemp -d -t asld-order.XXXXXX)
effects=$folder/effects.log # one line per task that a worker did: token, function, execution
export NO_COLOR=${NO_COLOR-} PYTHONDONTWRITEBYTECODE=1
[[ -t 1 ]] || export NO_COLOR=1

say() { printf '\n== %s\n' "$*"; }
fail() {
  printf '\nFAILED: %s\n' "$*" >&2
  tail -n 5 "$folder"/*.log >&2
  exit 1
}

running=()
stop_all() {
  local code=$?
  trap - EXIT INT TERM
  ((${#running[@]} == 0)) || kill "${running[@]}" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$folder"
  exit "$code"
}
trap stop_all EXIT
trap 'exit 130' INT TERM

# until_true SECONDS WHAT COMMAND…: waits for COMMAND to succeed.
until_true() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    ((SECONDS < deadline)) || fail "waited too long for $what"
    sleep 0.1
  done
}

# A port that was free a moment ago and that the system does not give to outgoing connections, so that it is still free
# when the engine comes back.
free_port() {
  /usr/bin/python3 - <<'PY'
import random, socket
while True:
    port = random.randrange(20000, 32000)
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            continue
    print(port)
    break
PY
}

address=127.0.0.1:$(free_port)
aslctl() { "$build/tools/aslctl/aslctl" --address "$address" "$@"; }
answers() { aslctl ls >/dev/null 2>&1; }
effects_done() { wc -l <"$effects"; }
effects_at_least() { (($(effects_done) >= $1)); }

start_engine() {
  "$build/engine/asld" --data-dir "$folder/data" --grpc-address "$address" --http-address off >>"$folder/engine.log" 2>&1 &
  engine=$!
  running+=("$engine")
  until_true 30 "asld to answer" answers
  say "asld runs as process $engine on $address"
}

start_workers() {
  touch "$effects"
  "$build/$example/asld_order_worker" --server "$address" --log "$effects" >"$folder/worker-cpp.log" 2>&1 &
  running+=($!)
  echo "   the shop's worker (C++) runs as process $!"
  PYTHONPATH=$build/workers/python /usr/bin/python3 "$example/payments.py" --server "$address" --log "$effects" \
    >"$folder/worker-python.log" 2>&1 &
  running+=($!)
  echo "   the payment worker (Python) runs as process $!"
}

# Most orders succeed; the fourth of every ten has a card that is declined, the seventh no address, the ninth an item
# that is out of stock.
input_of() {
  case $(($1 % 10)) in
    4) echo "@$example/inputs/declined.json" ;;
    7) echo "@$example/inputs/undeliverable.json" ;;
    9) echo "@$example/inputs/unicorn.json" ;;
    *) echo "@$example/inputs/order.json" ;;
  esac
}

start_orders() {
  local i
  aslctl create order "$example/order.asl.json" >/dev/null
  for ((i = 1; i <= orders; i++)); do
    aslctl start order --name "order-$i" --input "$(input_of "$i")" >/dev/null
  done
  say "$orders orders started"
  until_true 60 "the first tasks" effects_at_least $((2 * orders))
  aslctl history order/order-1 -o tree
}

kill_and_restart() {
  local killed=$engine
  say "kill -9 of the engine (process $killed) after $(effects_done) tasks, while the orders run"
  kill -9 "$killed"
  wait "$killed" 2>/dev/null || true
  running=("${running[@]/#$killed/}")
  start_engine
  echo "   it was process $killed before; same directory, same workers"
}

wait_for_orders() {
  local i code
  for ((i = 1; i <= orders; i++)); do
    code=0
    aslctl wait "order/order-$i" --timeout 120 >/dev/null 2>"$folder/wait.log" || code=$?
    ((code <= 1)) || fail "order-$i: $(cat "$folder/wait.log")" # 1: it ended, and failed
    ((i % 5)) || echo "   $i of $orders orders have ended, $(effects_done) tasks done"
  done
}

audit() {
  local i
  for ((i = 1; i <= orders; i++)); do
    aslctl history "order/order-$i" -o json >"$folder/history-order-$i.json"
  done
  /usr/bin/python3 tools/scripts/audit_orders.py "$effects" "$folder"/history-order-*.json ||
    fail "the histories and the workers' log do not agree"
}

start_engine
start_workers
start_orders
kill_and_restart
wait_for_orders
say "order-1 as a tree, an order whose card was declined, and one whose parcel could not go"
aslctl history order/order-1 -o tree
aslctl history order/order-4 -o tree
aslctl history order/order-7 -o tree
say "what the workers did, against what the histories say"
audit
say "all of it held; stopping everything"
