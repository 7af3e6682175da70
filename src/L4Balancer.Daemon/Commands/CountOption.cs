using System.CommandLine;
using System.Globalization;

namespace L4Balancer.Daemon.Commands;

/// <summary>Options whose value is a whole number between bounds.</summary>
internal static class CountOption
{
    /// <summary>Makes an option.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What is counted.</param>
    /// <param name="least">The smallest that may be given.</param>
    /// <param name="most">The largest.</param>
    /// <param name="usual">The value where it is not given.</param>
    public static Option<int> Create(string name, string description, int least, int most, int usual) => new(name)
    {
        Description = $"{description}, {least} to {most}",
        HelpName = "COUNT",
        DefaultValueFactory = _ => usual,
        CustomParser = argument =>
        {
            string text = argument.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
                && count >= least && count <= most)
            {
                return count;
            }

            argument.AddError($"{name}: \"{text}\" is not between {least} and {most}");
            return usual;
        },
    };
}
