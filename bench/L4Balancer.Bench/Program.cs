using BenchmarkDotNet.Running;
using L4Balancer.Bench.Load;
using L4Balancer.Bench.Load.Tcp;
using L4Balancer.Bench.Peers;
using L4Balancer.Bench.Simulation;

switch (args)
{
    case ["bulk-load", .. string[] rest]: return BulkLoad.Run(rest);
    case ["bulk-sink", .. string[] rest]: return BulkSink.Run(rest);
    case ["idle-flows", .. string[] rest]: return IdleFlows.Run(rest);
    case ["idle-udp-flows", .. string[] rest]: return IdleUdpFlows.Run(rest);
    case ["peers", .. string[] rest]: return PeersCommand.Run(rest);
    case ["simulate", .. string[] rest]: return SimulateCommand.Run(rest);
    case ["slow-readers", .. string[] rest]: return SlowReaders.Run(rest);
    case ["tcp-close-server", .. string[] rest]: return TcpCloseServer.Run(rest);
    case ["tcp-connect", .. string[] rest]: return TcpConnect.Run(rest);
    case ["tcp-echo", .. string[] rest]: return TcpEcho.Run(rest);
    case ["tcp-flood-server", .. string[] rest]: return TcpFloodServer.Run(rest);
    case ["tcp-load", .. string[] rest]: return TcpLoad.Run(rest);
    case ["udp-echo", .. string[] rest]: return UdpEcho.Run(rest);
    case ["udp-load", .. string[] rest]: return UdpLoad.Run(rest);
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
