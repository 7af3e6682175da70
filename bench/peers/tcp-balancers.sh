# shellcheck shell=bash disable=SC2034,SC2154 # Some of it is set or used by the one who sources it.
# The two balancers of TCP with equal settings, and the servers behind them. Sourced by tcp.sh. Equal: one worker on one
# core, 600 s idle and 5 s connect timeouts, no health checks, no log of connections.
# HAProxy has what its manual offers for speed: splice-auto, with pipes for every connection of the bulk load.

readonly TCP_IDLE_SECONDS=600
readonly CONNECT_SECONDS=5

# By the name of the balancer: its ports before the two servers.
declare -A web bulk

# nginx answers 200 with a small body and keeps every connection open.
start_web_server() {
  web_port=$(free_port)
  mkdir -p "$work/nginx"
  cat > "$work/nginx.conf" << END
worker_processes 1; daemon off; pid $work/nginx/pid; error_log $work/nginx/error.log;
worker_rlimit_nofile $(ulimit -Hn);
events { worker_connections $(($(ulimit -Hn) - 100)); }
http {
  access_log off; keepalive_requests 1000000000; keepalive_timeout ${TCP_IDLE_SECONDS}s;
  client_body_temp_path $work/nginx; proxy_temp_path $work/nginx; fastcgi_temp_path $work/nginx;
  uwsgi_temp_path $work/nginx; scgi_temp_path $work/nginx;
  server { listen 127.0.0.1:$web_port backlog=8192; location / { return 200 "hello world"; } }
}
END
  start "$LOAD_CORE" nginx nginx -e "$work/nginx/error.log" -c "$work/nginx.conf"
  await_port "$web_port" "$started" nginx
}

start_bulk_server() {
  bulk_port=$(free_port)
  start "$LOAD_CORE" iperf3 iperf3 --server --bind 127.0.0.1 --port "$bulk_port"
  await_port "$bulk_port" "$started" iperf3
}

# Starts HAProxy; its process is then in `pid`, its ports in `web` and `bulk`.
start_haproxy() {
  local port bulk_listen
  port=$(free_port) bulk_listen=$(free_port)
  # Two descriptors for each connection, two for each pipe, and some to spare.
  cat > "$work/haproxy.cfg" << END
global
  nbthread 1
  maxpipes 200
  maxconn $((($(ulimit -Hn) - 1000) / 2))
defaults
  mode tcp
  option splice-auto
  timeout connect ${CONNECT_SECONDS}s
  timeout client ${TCP_IDLE_SECONDS}s
  timeout server ${TCP_IDLE_SECONDS}s
frontend web
  bind 127.0.0.1:$port backlog 4096
  default_backend web
backend web
  server one 127.0.0.1:$web_port
frontend bulk
  bind 127.0.0.1:$bulk_listen backlog 4096
  default_backend bulk
backend bulk
  server one 127.0.0.1:$bulk_port
END
  start "$BALANCER_CORE" haproxy haproxy -db -f "$work/haproxy.cfg" # -db: no master, so this is the worker.
  pid["haproxy"]=$started web["haproxy"]=$port bulk["haproxy"]=$bulk_listen
  await_port "$port" "$started" haproxy
}

# Starts L4Balancer in the same way, with its admin side on, as its users run it.
start_tcp_l4balancer() {
  local port bulk_listen
  port=$(free_port) bulk_listen=$(free_port)
  cat > "$work/l4balancer.toml" << END
[global]
shards = 1
[log]
flows = "none"
[admin]
listen = "127.0.0.1:$(free_port)"
[defaults]
timeouts = { connect = "${CONNECT_SECONDS}s", idle = "${TCP_IDLE_SECONDS}s" }
health = { type = "none" }
[service.web]
listen = "127.0.0.1:$port"
backends = ["127.0.0.1:$web_port"]
[service.bulk]
listen = "127.0.0.1:$bulk_listen"
backends = ["127.0.0.1:$bulk_port"]
END
  start "$BALANCER_CORE" l4balancer "$daemon" run --config "$work/l4balancer.toml"
  pid["l4balancer"]=$started web["l4balancer"]=$port bulk["l4balancer"]=$bulk_listen
  await_port "$port" "$started" l4balancer
}

start_tcp_balancers() {
  start_haproxy
  start_tcp_l4balancer
}

end_tcp_balancers() {
  end "${pid["haproxy"]}"
  end "${pid["l4balancer"]}"
}
