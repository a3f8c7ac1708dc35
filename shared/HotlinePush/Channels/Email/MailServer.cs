using System.Net;
using HotlinePush.Web;

namespace HotlinePush.Channels.Email;

/// <summary>How the way to a mail server is protected.</summary>
[CamelCaseWords]
public enum MailSecurity
{
    /// <summary>Plain at first, then TLS by command (RFC 3207); without it nothing is sent.</summary>
    StartTls,

    /// <summary>TLS from the first byte on (RFC 8314).</summary>
    Implicit,

    /// <summary>On this machine only.</summary>
    None,
}

/// <summary>A mail server of ours, for sending or for reading.</summary>
/// <param name="CertificateSha256">Fingerprint of the one certificate that is accepted although no known authority signed it; hexadecimal, without colons.</param>
public sealed record MailServer(string Host, int Port, MailSecurity Security, string? UserName, string? Password, string? CertificateSha256)
{
    internal static MailServer Read(ProviderSettings s, int port, MailSecurity security)
    {
        var host = s.Required("Host", "Name the mail server, such as smtp.example.gov.cn.");
        var at = s.Number("Port", port, 1, 65_535);
        var word = s.Text("Security", security.Word());
        var (user, password) = (s.Optional("UserName"), s.Optional("Password"));
        var fingerprint = s.Optional("CertificateSha256")?.Replace(":", "", StringComparison.Ordinal).ToUpperInvariant();
        if (!WireWords.TryRead(word, out security))
            s.Wrong("Security", "has to be startTls, implicit or none.");
        else if (security == MailSecurity.None && !IsHere(host))
            s.Wrong("Security", "may be none for localhost only: use startTls or implicit.");
        else if ((security, at) is (MailSecurity.Implicit, 587 or 143) or (MailSecurity.StartTls, 465 or 993))
            s.Wrong("Port", $"does not go with {word}: startTls is spoken at 587 (IMAP: 143), implicit TLS at 465 (IMAP: 993).");
        if (user is null != password is null)
            s.Wrong(user is null ? "UserName" : "Password", "is missing: name both or none.");
        if (fingerprint is not null && (fingerprint.Length != 64 || !fingerprint.All(char.IsAsciiHexDigit)))
            s.Wrong("CertificateSha256", "has to be the certificate's SHA-256 fingerprint, 64 hexadecimal digits.");
        return new(host, at, security, user, password, fingerprint);
    }

    private static bool IsHere(string host) => host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    // A secret must not reach a log by way of a record's text.
    public override string ToString() => $"{Host}:{Port}";
}
