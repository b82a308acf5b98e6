# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Read by the hooks beside it: what they share. Values come from packets that strangers send: none
# is ever evaluated, and only what can be an address or a port goes any further.
#
# SIPWARDCTL is the program that is run, sipwardctl in PATH unless it says otherwise. Some servers
# start their hooks with an environment of their own: then write the path here. The server's user
# must be allowed to use sipwardd's control socket.
: "${SIPWARDCTL:=sipwardctl}"
: "${PATH:=/usr/sbin:/usr/bin:/sbin:/bin}"
export PATH
LC_ALL=C
export LC_ALL
set -f

say() {
  printf '%s: %s\n' "${0##*/}" "$1" >&2
  logger -t "sipward-${0##*/}" -p daemon.warning -- "$1" 2>/dev/null || :
}

# The characters of an address and no others; sipwardd reads it strictly.
is_address() {
  case $1 in
    '' | *[!0-9A-Fa-f.:]*) return 1 ;;
    *[.:]*) [ "${#1}" -le 45 ] ;;
    *) return 1 ;;
  esac
}

is_port() {
  case $1 in
    '' | 0* | *[!0-9]*) return 1 ;;
    *) [ "${#1}" -le 5 ] && [ "$1" -le 65535 ] ;;
  esac
}

# release ADDRESS [PORT]. Says what went wrong and goes on: the server that calls must not fail
# because of us.
release() {
  if ! is_address "$1"; then
    say 'not released: no IP address was given, or something else in its place'
    return 0
  fi
  if [ "$#" -gt 1 ] && ! is_port "$2"; then
    say "not released: $1 without a port"
    return 0
  fi
  said=$(timeout 10 "$SIPWARDCTL" release "$1" ${2:+--port "$2"} 2>&1 </dev/null) ||
    say "not released: $1${2:+ port $2}: ${said:-$SIPWARDCTL failed}"
}
