// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Preloaded into the skeleton engine, which does not say how often it syncs: counts fdatasync calls in the file that
// ASLD_SYNC_COUNT names (8 bytes, mapped, so that the count survives the process' _exit).
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static _Atomic uint64_t* count;

__attribute__((constructor)) static void MapCounter(void) {
  const char* path = getenv("ASLD_SYNC_COUNT");
  const int file = path == NULL ? -1 : open(path, O_RDWR);
  if (file < 0) return;
  void* page = mmap(NULL, sizeof(uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (page != MAP_FAILED) count = page;
  close(file);
}

int fdatasync(int file) {
  if (count != NULL) atomic_fetch_add(count, 1);
  return (int)syscall(SYS_fdatasync, file);
}
