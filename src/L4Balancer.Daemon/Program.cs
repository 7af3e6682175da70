using L4Balancer.Daemon.Commands;

return await CommandLine.RunAsync(args);
