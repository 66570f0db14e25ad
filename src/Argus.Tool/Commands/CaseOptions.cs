using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Argus.Detection;

namespace Argus.Cli.Commands;

/// <summary>What an examiner adds to a report, and the certificate that it is signed with.</summary>
internal sealed class CaseOptions
{
    private const string PasswordVariable = "ARGUS_SIGN_PASSWORD";

    private readonly Option<string?> number = Create("--case", "NUMBER", "Number of the case, for the report.");
    private readonly Option<string?> examiner = Create("--examiner", "NAME", "Who examines, for the report.");
    private readonly Option<string?> organization = Create("--organization", "NAME", "For whom, for the report.");
    private readonly Option<string?> remarks = Create("--remarks", "TEXT", "What else belongs into the report.");
    private readonly Option<string?> sign = Create(
        "--sign",
        "FILE",
        "Sign the report with this certificate: PKCS#12 (.pfx, .p12), its password in " + PasswordVariable + "."
    );

    public void AddTo(Command command)
    {
        foreach (var option in new[] { number, examiner, organization, remarks, sign })
            command.Add(option);
    }

    /// <summary>Null where nothing was given.</summary>
    /// <exception cref="RequestException">It was given without a report to put it into.</exception>
    public CaseRecord? Read(ParseResult parse, bool hasReport)
    {
        var details = new CaseRecord(
            parse.GetValue(number),
            parse.GetValue(examiner),
            parse.GetValue(organization),
            parse.GetValue(remarks)
        );
        if (details == new CaseRecord(null, null, null, null))
            return null;
        return hasReport ? details : throw NoReport("--case, --examiner, --organization and --remarks");
    }

    /// <summary>Null where nothing is to be signed.</summary>
    /// <exception cref="RequestException">The file is no certificate that can sign now.</exception>
    public X509Certificate2? ReadCertificate(ParseResult parse, bool hasReport)
    {
        if (parse.GetValue(sign) is not { } file)
            return null;
        if (!hasReport)
            throw NoReport("--sign");
        if (!File.Exists(file))
            throw new RequestException($"There is no certificate {file}.");
        try
        {
            var certificate = X509CertificateLoader.LoadPkcs12FromFile(
                file,
                Environment.GetEnvironmentVariable(PasswordVariable)
            );
            ReportSignature.RequireUsable(certificate, DateTimeOffset.Now);
            return certificate;
        }
        catch (CryptographicException error)
        {
            throw new RequestException(
                $"{file} is no PKCS#12 certificate, or its password (in {PasswordVariable}) is another: "
                    + error.Message,
                error
            );
        }
    }

    private static RequestException NoReport(string options) =>
        new($"{options} belong to a report; say where it goes with --report DIR.");

    private static Option<string?> Create(string name, string value, string description) =>
        new(name) { Description = description, HelpName = value };
}
