# Turns the samples of one comparison (`-v comparison=tcp` or `udp`), `METRIC ROUND BALANCER VALUE [USER SYSTEM]`, into
# tables with ratios and verdicts. Exit code: 0 where every bar is met, 1 where one is not, 2 where samples are missing.

BEGIN {
  title["at-start"] = "MiB resident at start"
  if (comparison == "tcp") {
    peer = "haproxy"
    metrics = split("round-trip bulk-to-server bulk-to-client idle-flow at-start", order)
    title["round-trip"] = "CPU us per round trip, 100 connections"
    title["bulk-to-server"] = "CPU ms per GB, client to server"
    title["bulk-to-client"] = "CPU ms per GB, server to client"
    title["idle-flow"] = "KiB resident per idle flow"
    bar["round-trip"] = 1.1
    bar["bulk-to-server"] = bar["bulk-to-client"] = 0.6
    own_bar["idle-flow"] = 1
  } else {
    peer = "nginx"
    metrics = split("udp-1 udp-1-loss udp-8 udp-8-loss udp-train udp-train-loss idle-session at-start", order)
    title["udp-1"] = "CPU us per datagram there and back, 50 flows with 1 of 200 bytes under way"
    title["udp-8"] = "CPU us per datagram there and back, 50 flows with 8 of 200 bytes under way"
    title["udp-train"] = "CPU us per datagram there and back, 50 flows with 1 train of 16 of 1,200 bytes under way"
    title["udp-1-loss"] = title["udp-8-loss"] = title["udp-train-loss"] = "  datagrams lost per million"
    title["idle-session"] = "KiB resident per idle session"
    bar["udp-1"] = 0.85
    bar["udp-8"] = 0.72
    bar["udp-train"] = 0.45

    # All that is under way fits into the buffers, so nothing need be lost. But what a busy machine holds up for longer
    # than the load waits, at the end of the time, looks lost: 20 in a million are about 5 datagrams of a turn.
    slack["udp-1-loss"] = slack["udp-8-loss"] = slack["udp-train-loss"] = 20
  }

  balancers = split(peer " l4balancer", names)
  also = comparison == "udp" ? "nginx-multi" : "" # Shown, not judged.
}

{
  count[$1, $3]++
  value[$1, $3, $2] = $4
  if (NF >= 6) { user[$1, $3, $2] = $5; kernel[$1, $3, $2] = $6; has_parts[$1] = 1 }
  if ($2 > rounds) rounds = $2
}

function sort_values(source, metric, name, sorted,    n, i, j, held) {
  n = 0
  for (i = 1; i <= rounds; i++) if ((metric, name, i) in source) sorted[++n] = source[metric, name, i]
  for (i = 2; i <= n; i++) {
    held = sorted[i]
    for (j = i - 1; j > 0 && sorted[j] > held; j--) sorted[j + 1] = sorted[j]
    sorted[j + 1] = held
  }
  return n
}

function median(source, metric, name,    sorted, n) {
  n = sort_values(source, metric, name, sorted)
  return n % 2 ? sorted[(n + 1) / 2] : (sorted[n / 2] + sorted[n / 2 + 1]) / 2
}

function print_row(metric, name,    sorted, n, i) {
  printf "  %-12s", name
  for (i = 1; i <= rounds; i++) printf "%9.2f", value[metric, name, i]
  n = sort_values(value, metric, name, sorted)
  printf "  |%9.2f%9.2f%9.2f", sorted[1], median(value, metric, name), sorted[n]
  if (has_parts[metric]) printf "  | user %.2f system %.2f", median(user, metric, name), median(kernel, metric, name)
  print ""
}

# The rate at which each went, and the load without a balancer.
function print_rates(metric,    b) {
  printf "  thousand datagrams a second:"
  for (b = 1; b <= balancers; b++) printf " %s %.0f,", names[b], median(value, metric, names[b])
  if ((metric, also) in count) printf " %s %.0f,", also, median(value, metric, also)
  printf " without a balancer %.0f\n", median(value, metric, "direct")
}

# Prints by how much L4Balancer is better or worse, and the verdict where there is a bar.
function judge(metric,    own, other, ratio, met) {
  own = median(value, metric, "l4balancer")
  other = median(value, metric, peer)
  ratio = other == 0 ? 0 : own / other
  if (metric in slack) {
    met = own <= other + slack[metric]
    printf "  medians %.1f and %.1f, slack %d", own, other, slack[metric]
  } else if (metric in own_bar) {
    met = own <= own_bar[metric]
    printf "  ratio of medians %.2f; L4Balancer %.2f, bar %.2f", ratio, own, own_bar[metric]
  } else {
    printf "  ratio of medians %.2f", ratio
    if ((metric, also) in count) printf " (beside %s %.2f)", also, own / median(value, metric, also)
    if (!(metric in bar)) { print ""; return }
    met = ratio <= bar[metric]
    printf ", bar %.2f", bar[metric]
  }
  print met ? ": PASS" : ": FAIL"
  if (!met) failed = 1
}

END {
  for (m = 1; m <= metrics; m++) {
    metric = order[m]
    if (!((metric, peer) in count) || !((metric, "l4balancer") in count)) { print "no samples of " metric; exit 2 }

    printf "%s\n  %-12s", title[metric], ""
    for (i = 1; i <= rounds; i++) printf "%9s", "round " i
    printf "  |%9s%9s%9s\n", "min", "median", "max"
    for (b = 1; b <= balancers; b++) print_row(metric, names[b])
    if ((metric, also) in count) print_row(metric, also)
    if ((metric "-rate", "direct") in count) print_rates(metric "-rate")
    judge(metric)
    print ""
  }

  print failed ? "FAIL: a bar is not met." : "PASS: every bar is met."
  exit failed
}
