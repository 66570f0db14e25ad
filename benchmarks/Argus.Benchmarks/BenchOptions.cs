using System.CommandLine;
using Argus.Cli.Output;
using Argus.Specialists;

namespace Argus.Benchmarks;

/// <summary>Arguments and options that several benches share.</summary>
internal static class BenchOptions
{
    /// <summary>Whether the result is printed as JSON instead of a table.</summary>
    public static readonly Option<bool> Json = new("--json") { Description = "As JSON." };

    /// <summary>Prints a result, as JSON where the command line asks for it.</summary>
    /// <typeparam name="TResult">The type of the bench's result.</typeparam>
    /// <param name="parse">The command line; its command must have <see cref="Json"/>.</param>
    /// <param name="result">What the bench measured.</param>
    /// <param name="print">Prints the result for people.</param>
    public static void Write<TResult>(ParseResult parse, TResult result, Action<TResult> print)
        where TResult : notnull
    {
        if (parse.GetValue(Json))
            Terminal.WriteJson(result);
        else
            print(result);
    }

    /// <summary>Creates an option for a number of things, which is checked while the command line is parsed.</summary>
    /// <param name="name">The option's name, with its dashes.</param>
    /// <param name="description">The option's line in the help.</param>
    /// <param name="value">The number where none is given.</param>
    /// <param name="least">The least number that is accepted.</param>
    /// <param name="most">The largest number that is accepted.</param>
    public static Option<int> CreateCount(string name, string description, int value, int least, int most)
    {
        var option = new Option<int>(name)
        {
            Description = description,
            DefaultValueFactory = _ => value,
            HelpName = "N",
        };
        option.Validators.Add(result =>
        {
            var given = result.GetValueOrDefault<int>();
            if (given < least || given > most)
                result.AddError($"{name} is {least} to {most}.");
        });
        return option;
    }

    /// <summary>Lets an option take some words only.</summary>
    public static void AcceptOnly(Option<string?> option, IReadOnlyList<string> words) =>
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } given && !words.Contains(given))
                result.AddError($"{option.Name} is not '{given}'. Choose {Suggestions.OneOf(given, words)}.");
        });

    /// <summary>Creates the argument for one specialist.</summary>
    public static Argument<string> CreateSpecialist()
    {
        var names = Specialist.All.Select(specialist => specialist.Name).ToList();
        return new Argument<string>("specialist")
        {
            Description = $"{string.Join(", ", names[..^1])} or {names[^1]}.",
            DefaultValueFactory = _ => "tm",
        };
    }

    /// <summary>Creates the option for the profile of recipes.</summary>
    public static Option<string> CreateProfile() =>
        new("--profile")
        {
            Description = "seed or full.",
            DefaultValueFactory = _ => "seed",
            HelpName = "NAME",
        };

    /// <summary>Creates the option for the seed of all random draws.</summary>
    public static Option<int> CreateSeed() =>
        new("--seed")
        {
            Description = "Every draw follows from it.",
            DefaultValueFactory = _ => 0,
            HelpName = "N",
        };

    /// <summary>Creates the argument for recipe settings of the form <c>key=value</c>.</summary>
    /// <param name="description">The argument's line in the help.</param>
    public static Argument<string[]> CreateSettings(string description) =>
        new("key=value") { Description = description, Arity = ArgumentArity.ZeroOrMore };

    /// <summary>Creates the argument for a folder of real videos, which must exist.</summary>
    public static Argument<string> CreateRealVideos()
    {
        var videos = new Argument<string>("videos")
        {
            Description = "A folder of real videos, each of another person.",
        };
        videos.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } folder && !Directory.Exists(folder))
                result.AddError($"There is no folder {folder}.");
        });
        return videos;
    }
}
