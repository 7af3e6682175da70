#!/usr/bin/env bash
# L4Balancer beside HAProxy and nginx: the same load through each in turns, on the same core, in the same run.
#
#   bench/peers/run.sh            about 23 minutes; writes bench/RESULTS.md and pictures beside it
#   bench/peers/run.sh --quick    two minutes; writes nothing
#   bench/peers/run.sh --list     what is measured, and by what name
#
# Installs what it needs from Debian's packages where it is missing, builds, and measures. The program and its options:
# bench/L4Balancer.Bench/Peers. Exit code: 0 every bar of the project is met, 1 one is not, 2 it could not be measured.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly root

fail() {
  echo "${0##*/}: $*" >&2
  exit 2
}

install_packages() {
  local log
  if [[ $(id -u) != 0 ]] || ! command -v apt-get > /dev/null; then fail "please install: $*"; fi
  log=$(mktemp)
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; } \
    > "$log" 2>&1 || fail "apt-get could not install $*: $(tail -n 3 "$log")"
  rm -f "$log"
}

# Installs Debian packages whose program is missing: `require haproxy:haproxy nginx:nginx-light`.
require() {
  local missing=() pair
  for pair in "$@"; do
    command -v "${pair%%:*}" > /dev/null || missing+=("${pair#*:}")
  done
  ((${#missing[@]} == 0)) || install_packages "${missing[@]}"
}

# Debian ships the stream module for itself; elsewhere it may be part of the program.
require_stream_module() {
  [[ -e /usr/lib/nginx/modules/ngx_stream_module.so ]] || nginx -V 2>&1 | grep -q -- '--with-stream\( \|$\)' \
    || install_packages libnginx-mod-stream
}

run_dotnet() {
  local said
  said=$(dotnet "$@" 2>&1) || fail "dotnet $1 failed: $(tail -n 8 <<< "$said")"
}

require setpriv:util-linux haproxy:haproxy nginx:nginx-light wrk:wrk iperf3:iperf3
require_stream_module
ulimit -n "$(ulimit -Hn)"
run_dotnet build -c Release "$root/bench/L4Balancer.Bench"
if [[ " $* " != *" --daemon "* ]]; then # Published, as it is installed.
  run_dotnet publish -c Release "$root/src/L4Balancer.Daemon" -o "$root/bench/L4Balancer.Bench/bin/l4balancer"
fi
exec taskset -c 0 "$root/bench/L4Balancer.Bench/bin/Release/net10.0/L4Balancer.Bench" peers "$@"
