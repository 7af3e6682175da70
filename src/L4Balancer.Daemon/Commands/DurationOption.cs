using System.CommandLine;
using L4Balancer.Config;

namespace L4Balancer.Daemon.Commands;

/// <summary>Options whose value is a duration, written as in the configuration.</summary>
internal static class DurationOption
{
    /// <summary>Makes an option; its value is null where it is not given.</summary>
    public static Option<TimeSpan?> Create(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "DURATION",
        CustomParser = argument =>
        {
            string text = argument.Tokens[0].Value;
            if (DurationSyntax.TryParse(text, out TimeSpan duration)) return duration;

            argument.AddError($"{name}: \"{text}\" is no duration; {DurationSyntax.Rule}");
            return null;
        },
    };
}
