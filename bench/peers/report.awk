# Turns samples, `METRIC ROUND BALANCER VALUE [USER SYSTEM]`, into one table with ratios and verdicts.
# Exit code: 0 where every bar is met, 1 where one is not.

BEGIN {
  title["round-trip"] = "CPU us per round trip, 100 connections"
  title["bulk-to-server"] = "CPU ms per GB, client to server"
  title["bulk-to-client"] = "CPU ms per GB, server to client"
  title["idle-flow"] = "KiB resident per idle flow"
  title["at-start"] = "MiB resident at start"

  # The first four by ratio of medians, idle-flow by L4Balancer's own median.
  bar["round-trip"] = 1.1
  bar["bulk-to-server"] = bar["bulk-to-client"] = 0.6
  bar["idle-flow"] = 1

  metrics = split("round-trip bulk-to-server bulk-to-client idle-flow at-start", order)
  balancers = split("haproxy l4balancer", names)
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

function judge(metric,    ratio, own, met) {
  own = median(value, metric, "l4balancer")
  if (median(value, metric, "haproxy") == 0) ratio = 0
  else ratio = own / median(value, metric, "haproxy")
  printf "  ratio of medians %.2f", ratio
  if (!(metric in bar)) { print ""; return }

  if (metric == "idle-flow") {
    met = own <= bar[metric]
    printf "; L4Balancer %.2f KiB, bar %.2f KiB", own, bar[metric]
  } else {
    met = ratio <= bar[metric]
    printf ", bar %.2f", bar[metric]
  }
  print met ? ": PASS" : ": FAIL"
  if (!met) failed = 1
}

END {
  for (m = 1; m <= metrics; m++) {
    metric = order[m]
    if (!((metric, "haproxy") in count) || !((metric, "l4balancer") in count)) { print "no samples of " metric; exit 2 }

    printf "%s\n  %-12s", title[metric], ""
    for (i = 1; i <= rounds; i++) printf "%9s", "round " i
    printf "  |%9s%9s%9s\n", "min", "median", "max"
    for (b = 1; b <= balancers; b++) print_row(metric, names[b])
    judge(metric)
    print ""
  }

  print failed ? "FAIL: a bar is not met." : "PASS: every bar is met."
  exit failed
}
