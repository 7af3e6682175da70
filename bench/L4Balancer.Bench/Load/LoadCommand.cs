namespace L4Balancer.Bench.Load;

/// <summary>What all commands that make a load do with their options, their result and their failure.</summary>
internal static class LoadCommand
{
    /// <summary>Runs a load and prints its one line.</summary>
    /// <param name="usage">Printed where there are no options; it begins with the command's name.</param>
    /// <param name="options">Null where they are wrong.</param>
    /// <param name="measure">Runs the load; returns the line.</param>
    /// <returns>0, 1 where the load failed, 2 on wrong arguments.</returns>
    public static int Run<TOptions>(string usage, TOptions? options, Func<TOptions, string> measure)
        where TOptions : class
    {
        if (options is null)
        {
            Console.Error.WriteLine($"usage: {usage}");
            return 2;
        }

        try
        {
            Console.WriteLine(measure(options));
            return 0;
        }
        catch (IOException failure)
        {
            Console.Error.WriteLine($"{usage.Split(' ')[0]}: {failure.Message}");
            return 1;
        }
    }
}
