#!/usr/bin/env bash
# The one test command: installs the real programs that tests talk to, builds, runs every test.
#
#   tests/run.sh            every test
#   tests/run.sh FILTER     those that the filter takes, as in `dotnet test --filter`: Peers, Name=Relay_...
#
# As root on a machine with apt it installs what is missing; otherwise it says what is, and the tests that need it are
# skipped. The last line is always `N passed, N failed, N skipped`; the exit code is 0 if tests ran and none failed.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
passed=0 failed=0 skipped=0
running=''
policy=''

readonly build_limit=10m test_limit=12m hang_limit=4m
# Each program beside the Debian package that has it.
readonly programs=(
  haproxy:haproxy openssl:openssl
  nginx:nginx-light wrk:wrk redis-server:redis-server curl:curl sshd:openssh-server ssh:openssh-client
  systemd-analyze:systemd strace:strace
  zsh:zsh fish:fish tmux:tmux
  dnsmasq:dnsmasq-base dig:bind9-dnsutils dnsperf:dnsperf ip:iproute2 iperf3:iperf3 logger:bsdutils
  python3:python3-minimal chromium:chromium
)
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export PATH DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# Whatever ends the script, its last line is the result.
finish() {
  local status=$?
  trap - EXIT
  [[ -z $policy ]] || rm -f "$policy"
  rm -rf "$work"
  ((failed == 0)) || status=1
  ((status == 0 || failed > 0)) || failed=1
  echo "$passed passed, $failed failed, $skipped skipped"
  exit "$status"
}
trap finish EXIT
trap '[[ -z $running ]] || kill "$running"; exit 130' INT TERM

# Runs a command for at most a time, with all that it starts; an interrupt ends it too.
bounded() {
  timeout --kill-after=15s "$@" &
  running=$!
  local status=0
  wait "$running" || status=$?
  running=''
  ((status != 124)) || echo "run.sh: not done after $1: ${*:2}" >&2
  return "$status"
}

may_install() { ((EUID == 0)) && command -v apt-get dpkg >/dev/null; }

missing_packages() {
  local entry
  for entry in "${programs[@]}"; do
    command -v "${entry%%:*}" >/dev/null || echo "${entry#*:}"
  done
}

# Installing starts no service: the tests start their own, with their own configuration.
forbid_services() {
  [[ ! -e /usr/sbin/policy-rc.d ]] || return 0
  policy=/usr/sbin/policy-rc.d
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
}

updated=''
update_once() {
  [[ -z $updated ]] || return 0
  updated=yes
  apt-get update -qq
}

install_programs() {
  local missing
  mapfile -t missing < <(missing_packages)
  ((${#missing[@]} > 0)) || return 0

  echo "run.sh: installing ${missing[*]}"
  forbid_services
  update_once
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >"$work/apt.log" 2>&1 ||
    { tail -n 5 "$work/apt.log" >&2 && return 1; }
}

# promtool is one static program in a package that brings a service; so it is taken out of the package.
unpack_promtool() {
  local cache=${XDG_CACHE_HOME:-${HOME:-$root/tests/L4Balancer.Tests/obj}/.cache}/l4balancer-tests
  PATH=$PATH:$cache
  command -v promtool >/dev/null && return 0
  may_install || return 0

  echo 'run.sh: unpacking promtool'
  update_once
  mkdir -p "$cache" "$work/deb"
  chmod 755 "$work" && chmod 777 "$work/deb" # apt downloads as a user of its own.
  (cd "$work/deb" && apt-get download -qq prometheus) || return 1
  dpkg -x "$work"/deb/prometheus_*.deb "$work/prometheus"
  mv "$work/prometheus/usr/bin/promtool" "$cache/"
}

say_what_is_missing() {
  local entry
  for entry in "${programs[@]}" promtool:prometheus; do
    command -v "${entry%%:*}" >/dev/null ||
      echo "run.sh: ${entry%%:*} is missing (Debian package ${entry#*:}); the tests that need it are skipped"
  done
}

# Lines `outcome<TAB>name<TAB>message` of a result file of dotnet test.
results() {
  awk '
    function plain(text) {
      gsub(/&#x[0-9A-Fa-f]+;/, " ", text)
      gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&quot;/, "\"", text); gsub(/&amp;/, "\\&", text)
      return text
    }
    function attribute(name) {
      return match($0, " " name "=\"[^\"]*\"") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : ""
    }
    function flush() {
      if (outcome != "") printf "%s\t%s\t%s\n", outcome, plain(name), plain(message)
      outcome = ""
    }
    /<UnitTestResult / { flush(); outcome = attribute("outcome"); name = attribute("testName"); message = "" }
    /<Message>/ && message == "" { message = $0; sub(/.*<Message>/, "", message); sub(/<\/Message>.*/, "", message) }
    /<\/Results>/ { flush() }
  ' "$1"
}

run_tests() {
  local filter=() status=0 result
  (($# == 0)) || filter=(--filter "$1")
  bounded "$test_limit" dotnet test "$root/L4Balancer.sln" --no-build -c Release "${filter[@]}" \
    --logger "console;verbosity=minimal" --logger "trx;LogFileName=result.trx" --results-directory "$work/results" \
    --blame-hang-timeout "$hang_limit" --blame-hang-dump-type none || status=$?

  result=$work/results/result.trx
  [[ -f $result ]] || { echo 'run.sh: the test run left no result' >&2 && return 1; }
  results "$result" >"$work/results.tsv"
  passed=$(grep -c '^Passed' "$work/results.tsv" || true)
  skipped=$(grep -c '^NotExecuted' "$work/results.tsv" || true)
  failed=$(grep -cvE '^(Passed|NotExecuted)' "$work/results.tsv" || true)

  awk -F '\t' '$1 == "NotExecuted" { print "skipped: " $2 ": " $3 }' "$work/results.tsv"
  awk -F '\t' '$1 != "NotExecuted" && $1 != "Passed" { print "failed: " $2 ": " $3 }' "$work/results.tsv"
  ((passed + failed > 0)) || { echo 'run.sh: no test ran' >&2 && return 1; }
  return "$status"
}

command -v dotnet >/dev/null || { echo 'run.sh: the .NET 10 SDK is missing: https://dot.net' >&2 && exit 1; }
if may_install; then install_programs || echo 'run.sh: apt could not install them' >&2; fi
unpack_promtool || echo 'run.sh: promtool could not be unpacked' >&2
say_what_is_missing
bounded "$build_limit" dotnet build "$root/L4Balancer.sln" -c Release --nologo -v quiet
run_tests "$@"
