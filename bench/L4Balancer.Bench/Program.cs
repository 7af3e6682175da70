using BenchmarkDotNet.Running;
using L4Balancer.Bench.Load;
using L4Balancer.Bench.Peers;

switch (args)
{
    case ["bulk-load", .. string[] rest]: return BulkLoad.Run(rest);
    case ["bulk-sink", .. string[] rest]: return BulkSink.Run(rest);
    case ["idle-flows", .. string[] rest]: return IdleFlows.Run(rest);
    case ["idle-udp-flows", .. string[] rest]: return IdleUdpFlows.Run(rest);
    case ["peers", .. string[] rest]: return PeersCommand.Run(rest);
    case ["udp-echo", .. string[] rest]: return UdpEcho.Run(rest);
    case ["udp-load", .. string[] rest]: return UdpLoad.Run(rest);
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
