using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;

namespace Argus.Detection;

/// <summary>A signature under a report: a detached CMS file (RFC 5652) beside it, <c>NAME.argus.json.p7s</c>.</summary>
/// <param name="Subject">Whom the certificate names.</param>
/// <param name="Thumbprint">SHA-256 of the certificate.</param>
/// <param name="SignedAt">By the signer's clock; null where the signature does not say.</param>
/// <param name="NotBefore">Beginning of the certificate's time.</param>
/// <param name="NotAfter">Its end.</param>
public sealed record ReportSignature(
    string Subject,
    string Thumbprint,
    DateTimeOffset? SignedAt,
    DateTimeOffset NotBefore,
    DateTimeOffset NotAfter
)
{
    /// <summary>What is added to the report's name.</summary>
    public const string Extension = ".p7s";

    private const int LargestFile = 1 << 20;

    /// <summary>Signs a report with the user's certificate.</summary>
    /// <param name="report">The file.</param>
    /// <param name="certificate">With its private key.</param>
    /// <exception cref="RequestException">The certificate has no key, or its time is not now.</exception>
    public static void Write(string report, X509Certificate2 certificate)
    {
        RequireUsable(certificate, DateTimeOffset.Now);
        var cms = new SignedCms(new ContentInfo(File.ReadAllBytes(report)), detached: true);
        var signer = new CmsSigner(SubjectIdentifierType.IssuerAndSerialNumber, certificate)
        {
            DigestAlgorithm = new Oid("2.16.840.1.101.3.4.2.1"), // SHA-256
            IncludeOption = X509IncludeOption.WholeChain,
        };
        signer.SignedAttributes.Add(new Pkcs9SigningTime(DateTime.UtcNow));
        cms.ComputeSignature(signer);
        AtomicFile.Write(report + Extension, cms.Encode());
    }

    /// <exception cref="RequestException">The certificate has no key, or its time is not now.</exception>
    public static void RequireUsable(X509Certificate2 certificate, DateTimeOffset now)
    {
        if (!certificate.HasPrivateKey)
            throw new RequestException(
                "The certificate has no private key; give a PKCS#12 file (.pfx, .p12) with one."
            );
        if (now > certificate.NotAfter || now < certificate.NotBefore)
            throw new RequestException(
                $"The certificate of {certificate.Subject} is valid from {certificate.NotBefore:yyyy-MM-dd} to "
                    + $"{certificate.NotAfter:yyyy-MM-dd}, not now."
            );
    }

    /// <summary>Reads and checks the signature beside a report; null where there is none.</summary>
    /// <exception cref="ArgusException">It is damaged, or the report is not the file that was signed.</exception>
    public static ReportSignature? Read(string report)
    {
        var file = report + Extension;
        if (!File.Exists(file))
            return null;
        var cms = new SignedCms(new ContentInfo(File.ReadAllBytes(report)), detached: true);
        try
        {
            if (new FileInfo(file).Length > LargestFile)
                throw new CryptographicException("it is too large");
            cms.Decode(File.ReadAllBytes(file));
        }
        catch (CryptographicException error)
        {
            throw new ArgusException($"{file} is no signature: {error.Message}", error);
        }
        if (cms.SignerInfos.Count == 0 || cms.SignerInfos[0].Certificate is not { } certificate)
            throw new ArgusException($"{file} is no signature: it names no signer.");
        try
        {
            cms.CheckSignature(verifySignatureOnly: true);
        }
        catch (CryptographicException error)
        {
            throw new ArgusException(
                $"The signature of {certificate.Subject} does not fit {report}: one of the two was altered.",
                error
            );
        }
        return new ReportSignature(
            certificate.Subject,
            Convert.ToHexStringLower(certificate.GetCertHash(HashAlgorithmName.SHA256)),
            cms.SignerInfos[0]
                .SignedAttributes.OfType<CryptographicAttributeObject>()
                .SelectMany(attribute => attribute.Values.OfType<Pkcs9SigningTime>())
                .Select(time => (DateTimeOffset?)time.SigningTime)
                .FirstOrDefault(),
            certificate.NotBefore,
            certificate.NotAfter
        );
    }

    /// <summary>Whether the certificate's time includes that one.</summary>
    public bool IsValidAt(DateTimeOffset time) => time >= NotBefore && time <= NotAfter;

    /// <summary>What is wrong with the certificate's time; null where nothing is.</summary>
    /// <param name="now">When it is asked.</param>
    public string? FindExpiry(DateTimeOffset now)
    {
        var signed = SignedAt ?? now;
        if (!IsValidAt(signed))
            return $"the certificate was not valid when the report was signed ({signed.UtcDateTime:yyyy-MM-dd}): it is "
                + $"valid from {NotBefore:yyyy-MM-dd} to {NotAfter:yyyy-MM-dd}";
        return now > NotAfter
            ? $"the certificate expired on {NotAfter:yyyy-MM-dd}; by the signer's clock it was valid when the "
                + "report was signed"
            : null;
    }
}
