using System.CommandLine;
using Argus.Cli.Output;

namespace Argus.Cli.Commands;

internal static class DoctorCommand
{
    /// <param name="further">What a program examines beside what a verdict needs.</param>
    public static Command Create(params IReadOnlyList<Func<IEnumerable<Finding>>> further)
    {
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var command = new Command("doctor", "What works here, what does not, and how to mend it.") { json };
        command.SetAction(parse =>
        {
            var findings = DetectionFindings.Examine().Concat(further.SelectMany(examine => examine())).ToList();
            if (parse.GetValue(json))
                Terminal.WriteJson(
                    findings.Select(f => new
                    {
                        f.Part,
                        Verdict = $"{f.Health}".ToLowerInvariant(),
                        f.What,
                        f.Mend,
                    })
                );
            else
                Print(findings);
            return findings.Any(f => f.Health == Health.Broken) ? 1 : 0;
        });
        return command;
    }

    private static void Print(IReadOnlyList<Finding> findings)
    {
        Terminal.Table(
            ["part", "state", "what"],
            findings
                .Select(f =>
                    new[]
                    {
                        f.Part,
                        f.Health switch
                        {
                            Health.Works => "works",
                            Health.Optional => "optional",
                            _ => "BROKEN",
                        },
                        f.What,
                    }
                )
                .ToList()
        );
        foreach (var finding in findings.Where(f => f.Mend is not null))
            Terminal.Line($"{finding.Part}: {finding.Mend}");
    }
}
