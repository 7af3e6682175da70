# shellcheck shell=bash disable=SC2034,SC2154 # Some of it is set or used by the one who sources it.
# The two balancers of UDP with equal settings, and the servers behind them. Sourced by udp.sh. Equal: one worker on one
# core, sessions that end after 60 s without a datagram, no health checks, no log of sessions. nginx runs twice: as its
# defaults have it, and as nginx-multi with multi_accept, by which it takes more than one datagram for each time it waits
# and spends 5 to 25 % less. Both have a receive buffer that holds all that the load has under way: with the kernel's
# default 1 to 5 % would be lost where 8 datagrams or a train are outstanding. One worker needs no reuseport, and
# proxy_responses would end sessions.

readonly UDP_IDLE_SECONDS=60
readonly UDP_BUFFER=4m

# By the name of the balancer: its port before the server of datagrams, and before that of trains.
declare -A echo_at train_at nginx_masters

start_echo_servers() {
  echo_at["direct"]=$(free_port) train_at["direct"]=$(free_port)
  start "$LOAD_CORE" udp-echo "$load" udp-echo "127.0.0.1:${echo_at["direct"]}"
  await_port "${echo_at["direct"]}" "$started" udp-echo is_bound_udp
  start "$LOAD_CORE" udp-echo-trains "$load" udp-echo "127.0.0.1:${train_at["direct"]}" trains
  await_port "${train_at["direct"]}" "$started" udp-echo-trains is_bound_udp
}

# Debian ships the stream module for itself, to be loaded; elsewhere it may be part of the program.
stream_module() {
  local module=/usr/lib/nginx/modules/ngx_stream_module.so
  if [[ -e $module ]]; then echo "load_module $module;"; fi
}

# Starts nginx: `start_udp_nginx NAME MULTI_ACCEPT`. Its worker is then in `pid`, its master in `nginx_masters`.
start_udp_nginx() {
  local name=$1 multi_accept=$2 port train_port tries
  port=$(free_port) train_port=$(free_port)
  mkdir -p "$work/$name"
  cat > "$work/$name.conf" << END
$(stream_module)
worker_processes 1; daemon off; pid $work/$name/pid; error_log $work/$name/error.log;
worker_rlimit_nofile $(ulimit -Hn);
events { worker_connections $(($(ulimit -Hn) - 100)); multi_accept $multi_accept; }
stream {
  access_log off;
  server {
    listen 127.0.0.1:$port udp rcvbuf=$UDP_BUFFER sndbuf=$UDP_BUFFER;
    proxy_pass 127.0.0.1:${echo_at["direct"]};
    proxy_timeout ${UDP_IDLE_SECONDS}s;
  }
  server {
    listen 127.0.0.1:$train_port udp rcvbuf=$UDP_BUFFER sndbuf=$UDP_BUFFER;
    proxy_pass 127.0.0.1:${train_at["direct"]};
    proxy_timeout ${UDP_IDLE_SECONDS}s;
  }
}
END
  start "$BALANCER_CORE" "$name" nginx -e "$work/$name/error.log" -c "$work/$name.conf"
  nginx_masters["$name"]=$started echo_at["$name"]=$port train_at["$name"]=$train_port
  await_port "$port" "$started" "$name" is_bound_udp
  for ((tries = 0; tries < 100; tries++)); do
    pid["$name"]=$(pgrep -P "${nginx_masters["$name"]}" || true)
    [[ -z ${pid["$name"]} ]] || return 0
    sleep 0.1
  done
  fail "$name has no worker: $(tail -n 5 "$work/$name/error.log")"
}

# Starts L4Balancer in the same way, with its admin side on, as its users run it.
start_udp_l4balancer() {
  local port train_port
  port=$(free_port) train_port=$(free_port)
  cat > "$work/l4balancer-udp.toml" << END
[global]
shards = 1
[log]
flows = "none"
[admin]
listen = "127.0.0.1:$(free_port)"
[defaults]
protocol = "udp"
timeouts = { idle = "${UDP_IDLE_SECONDS}s" }
health = { type = "none" }
[service.echo]
listen = "127.0.0.1:$port"
backends = ["127.0.0.1:${echo_at["direct"]}"]
[service.trains]
listen = "127.0.0.1:$train_port"
backends = ["127.0.0.1:${train_at["direct"]}"]
END
  start "$BALANCER_CORE" l4balancer-udp "$daemon" run --config "$work/l4balancer-udp.toml"
  pid["l4balancer"]=$started echo_at["l4balancer"]=$port train_at["l4balancer"]=$train_port
  await_port "$port" "$started" l4balancer-udp is_bound_udp
}

start_udp_balancers() {
  start_udp_nginx nginx off
  start_udp_nginx nginx-multi on
  start_udp_l4balancer
}

end_udp_balancers() {
  end "${nginx_masters["nginx"]}"
  end "${nginx_masters["nginx-multi"]}"
  end "${pid["l4balancer"]}"
}
