using BenchmarkDotNet.Running;
using L4Balancer.Bench.Load;

if (args is ["idle-flows", .. string[] rest]) return IdleFlows.Run(rest);

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
