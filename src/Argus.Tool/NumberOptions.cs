using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace Argus.Cli;

/// <summary>
/// How numbers of options are read: with a decimal point, without separators of thousands, in every country. The
/// library's own way takes a comma for such a separator: 0,6 would be 6.
/// </summary>
internal static class NumberOptions
{
    /// <summary>Sets it for every option of every command.</summary>
    /// <exception cref="InvalidOperationException">An option's type is a number that nobody reads here.</exception>
    public static void ReadAlikeEverywhere(Command command)
    {
        foreach (var option in command.Options)
        {
            switch (option)
            {
                case Option<double> number:
                    number.CustomParser = argument => Parse<double>(option, argument, NumberStyles.Float);
                    Guard<double>(option, NumberStyles.Float);
                    break;
                case Option<double?> number:
                    number.CustomParser = argument => Parse<double>(option, argument, NumberStyles.Float);
                    Guard<double>(option, NumberStyles.Float);
                    break;
                case Option<int> number:
                    number.CustomParser = argument => Parse<int>(option, argument, NumberStyles.AllowLeadingSign);
                    Guard<int>(option, NumberStyles.AllowLeadingSign);
                    break;
                case Option<int?> number:
                    number.CustomParser = argument => Parse<int>(option, argument, NumberStyles.AllowLeadingSign);
                    Guard<int>(option, NumberStyles.AllowLeadingSign);
                    break;
                case Option<ulong> number:
                    number.CustomParser = argument => Parse<ulong>(option, argument, NumberStyles.None);
                    Guard<ulong>(option, NumberStyles.None);
                    break;
                case { ValueType: var type } when IsNumber(Nullable.GetUnderlyingType(type) ?? type):
                    throw new InvalidOperationException($"{option.Name} is a {type.Name}, which is not read here.");
            }
        }
        foreach (var subcommand in command.Subcommands)
            ReadAlikeEverywhere(subcommand);
    }

    // A validator asks for the number, which throws where the text is none.
    private static void Guard<T>(Option option, NumberStyles styles)
        where T : struct, INumberBase<T>
    {
        Action<OptionResult>[] validators = [.. option.Validators];
        option.Validators.Clear();
        option.Validators.Add(result =>
        {
            if (!result.Tokens.All(token => TryParse<T>(token.Value, styles, out _)))
                return;
            foreach (var validate in validators)
                validate(result);
        });
    }

    private static bool TryParse<T>(string text, NumberStyles styles, out T number)
        where T : struct, INumberBase<T> =>
        T.TryParse(text, styles, CultureInfo.InvariantCulture, out number) && T.IsFinite(number);

    private static bool IsNumber(Type type) =>
        !type.IsEnum && Type.GetTypeCode(type) is >= TypeCode.SByte and <= TypeCode.Decimal;

    private static T Parse<T>(Option option, ArgumentResult argument, NumberStyles styles)
        where T : struct, INumberBase<T>
    {
        var text = argument.Tokens[0].Value;
        if (TryParse<T>(text, styles, out var number))
            return number;
        var kind = typeof(T) == typeof(double) ? "a number" : "a whole number";
        argument.AddError($"{option.Name} takes {kind}, not '{text}'{PointHint.For(text)}.");
        return default;
    }
}
