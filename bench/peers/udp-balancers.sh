# shellcheck shell=bash disable=SC2034,SC2154 # Some of it is set or used by the one who sources it.
# The two balancers of UDP with equal settings, and the servers behind them. Sourced by udp.sh. Equal: one worker on one
# core, sessions that end after 60 s without a datagram, no health checks, no log of sessions. nginx has what makes it
# fastest and lose least:
#  - multi_accept, so that it takes more than one datagram for each time it waits: 5 to 25 % less CPU time;
#  - a receive buffer that holds all that the load has under way; the kernel's default does not, where 8 datagrams are
#    outstanding or a train is, and what does not fit is lost (1 to 5 %);
#  - one worker needs no reuseport; proxy_responses is absent, as it would end sessions.

readonly UDP_IDLE_SECONDS=60
readonly UDP_BUFFER=4m

# By the name of the balancer: its port before the server of datagrams, and before that of trains.
declare -A echo_at train_at

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

# Starts nginx. Its worker is then in `pid`, its master in `nginx_master`.
start_udp_nginx() {
  local port train_port tries
  port=$(free_port) train_port=$(free_port)
  mkdir -p "$work/nginx-udp"
  cat > "$work/nginx-udp.conf" << END
$(stream_module)
worker_processes 1; daemon off; pid $work/nginx-udp/pid; error_log $work/nginx-udp/error.log;
worker_rlimit_nofile $(ulimit -Hn);
events { worker_connections $(($(ulimit -Hn) - 100)); multi_accept ${NGINX_MULTI_ACCEPT:-on}; }
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
  start "$BALANCER_CORE" nginx-udp nginx -e "$work/nginx-udp/error.log" -c "$work/nginx-udp.conf"
  nginx_master=$started echo_at["nginx"]=$port train_at["nginx"]=$train_port
  await_port "$port" "$started" nginx-udp is_bound_udp
  for ((tries = 0; tries < 100; tries++)); do
    pid["nginx"]=$(pgrep -P "$nginx_master" || true)
    [[ -z ${pid["nginx"]} ]] || return 0
    sleep 0.1
  done
  fail "nginx has no worker: $(tail -n 5 "$work/nginx-udp/error.log")"
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
  start_udp_nginx
  start_udp_l4balancer
}

end_udp_balancers() {
  end "$nginx_master"
  end "${pid["l4balancer"]}"
}
