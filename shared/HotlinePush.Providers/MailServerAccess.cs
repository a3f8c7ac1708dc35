using System.Net.Security;
using System.Security.Cryptography;
using HotlinePush.Channels.Email;
using MailKit;
using MailKit.Security;

namespace HotlinePush.Providers;

internal static class MailServerAccess
{
    public static SecureSocketOptions Options(this MailServer server) => server.Security switch
    {
        MailSecurity.StartTls => SecureSocketOptions.StartTls,
        MailSecurity.Implicit => SecureSocketOptions.SslOnConnect,
        _ => SecureSocketOptions.None,
    };

    public static void Trust(this IMailService client, MailServer server)
    {
        // A city's mail server often stands where no revocation list can be reached.
        client.CheckCertificateRevocation = false;
        client.ServerCertificateValidationCallback = (_, certificate, _, errors) =>
            errors == SslPolicyErrors.None
            || (server.CertificateSha256 is { } pinned && certificate is not null
                && string.Equals(pinned, Convert.ToHexString(SHA256.HashData(certificate.GetRawCertData())), StringComparison.Ordinal));
    }
}
