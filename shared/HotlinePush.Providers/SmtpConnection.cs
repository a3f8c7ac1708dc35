using System.Net.Sockets;
using System.Text.RegularExpressions;
using HotlinePush.Channels;
using HotlinePush.Channels.Email;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace HotlinePush.Providers;

/// <summary>
/// One connection to the mail server. What went wrong is told apart by what it proves: until the last byte of a mail was handed over the
/// server has not taken it, and after that only its reply says so.
/// </summary>
internal sealed partial class SmtpConnection(SmtpSettings settings, ILogger log) : IDisposable
{
    private const int TimeoutMilliseconds = 15_000;
    private static readonly TimeSpan ConnectAgain = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SettingsAgain = TimeSpan.FromMinutes(5);
    private Client? _client;

    /// <summary>Connects and signs in, unless that stands.</summary>
    /// <param name="check">Whether a connection that stood idle is tried first: servers close such, and a mail should not be what finds out.</param>
    /// <returns>Why there is none; nothing was sent then.</returns>
    public async Task<SendOutcome?> OpenAsync(bool check, CancellationToken ct)
    {
        if (_client is not null && check)
            await TryAsync(ct);
        if (_client is { IsConnected: true })
            return null;
        Dispose();
        // The name of this machine means nothing outside, and servers refuse names without a domain.
        var client = new Client { Timeout = TimeoutMilliseconds, LocalDomain = settings.From[(settings.From.LastIndexOf('@') + 1)..] };
        client.Trust(settings.Server);
        try
        {
            await client.ConnectAsync(settings.Server.Host, settings.Server.Port, settings.Server.Options(), ct);
            if (settings.Server is { UserName: { } user, Password: { } password })
                await client.AuthenticateAsync(user, password, ct);
            _client = client;
            return null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            var connected = client.IsConnected;
            client.Dispose();
            return NotOpened(e, connected);
        }
    }

    /// <param name="no">Which attempt for this recipient.</param>
    public async Task<SendOutcome> SendAsync(NoticeMail mail, int no, CancellationToken ct)
    {
        var handed = new HandedOver();
        try
        {
            var reply = await _client!.SendAsync(FormatOptions.Default, mail.Message, mail.Sender, [mail.Recipient], ct, handed);
            return new SendOutcome.Accepted(Queued().Match(reply) is { Success: true } id ? id.Groups[1].Value : null);
        }
        catch (SmtpCommandException e)
        {
            var stage = e.ErrorCode switch
            {
                SmtpErrorCode.SenderNotAccepted => SmtpStage.Sender,
                SmtpErrorCode.RecipientNotAccepted => SmtpStage.Recipient,
                _ => handed.Whole ? SmtpStage.Message : SmtpStage.Recipient,
            };
            // The server is about to hang up, or MailKit's reset was not taken.
            if ((int)e.StatusCode == 421)
                Dispose();
            return SmtpReply.Outcome(stage, (int)e.StatusCode, e.Message, no);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Dispose();
            var word = e switch
            {
                ServiceNotAuthenticatedException => "530",
                OperationCanceledException or TimeoutException => "timeout",
                IOException or SocketException or ProtocolException => "connectionLost",
                _ => "mailFailed",
            };
            if (word == "mailFailed")
                log.LogError("A mail could not be handed over: {Exception}", e.GetType().Name);
            if (e is ServiceNotAuthenticatedException)
                return new SendOutcome.NotAccepted(word, "The mail server wants a name and a password.", RetryAdvice.WhenBack(SettingsAgain));
            if (handed.Whole)
                return new SendOutcome.Unknown(word);
            return word == "mailFailed"
                ? new SendOutcome.NotAccepted(word, "The mail could not be handed over.", RetryAdvice.Later(SettingsAgain))
                : new SendOutcome.NotAccepted(word, "The connection ended before the mail did.", RetryAdvice.WhenBack(ConnectAgain));
        }
    }

    public void Dispose()
    {
        _client?.Dispose();
        _client = null;
    }

    private async Task TryAsync(CancellationToken ct)
    {
        try
        {
            await _client!.NoOpAsync(ct);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Dispose();
        }
    }

    private SendOutcome NotOpened(Exception e, bool connected)
    {
        switch (e)
        {
            case AuthenticationException:
                log.LogError("The mail server {Server} refuses Providers:Smtp:UserName and Password", settings.Server);
                return Refused("authRefused", "The mail server refuses our name and password.", SettingsAgain);
            case SslHandshakeException:
                log.LogError("The certificate of the mail server {Server} is not accepted; Providers:Smtp:CertificateSha256 can name it", settings.Server);
                return Refused("tlsFailed", "The mail server's certificate is not accepted.", SettingsAgain);
            case NotSupportedException:
                log.LogError("The mail server {Server} does not offer what Providers:Smtp:Security, UserName and Password ask for", settings.Server);
                return Refused("notSupported", "The mail server does not offer TLS or authentication.", SettingsAgain);
            case OperationCanceledException or TimeoutException:
                return Refused("timeout", "The mail server did not answer in time.", ConnectAgain);
            default:
                return Refused(connected ? "refused" : "notConnected", "No connection to the mail server.", ConnectAgain);
        }

        static SendOutcome Refused(string code, string reason, TimeSpan again) => new SendOutcome.NotAccepted(code, reason, RetryAdvice.WhenBack(again));
    }

    /// <summary>How Postfix, Exim and most others name a mail they took.</summary>
    [GeneratedRegex(@"\b(?:queued as |id=)([A-Za-z0-9-]{4,40})\b", RegexOptions.IgnoreCase)]
    private static partial Regex Queued();

    /// <summary>Told of every piece of the mail as it goes to the connection: once all are there, the end of the mail may be on its way.</summary>
    private sealed class HandedOver : ITransferProgress
    {
        public bool Whole { get; private set; }

        public void Report(long bytesTransferred, long totalSize) => Whole |= bytesTransferred >= totalSize;

        public void Report(long bytesTransferred) => Whole = true;
    }

    private sealed class Client : SmtpClient
    {
        public Client() => DeliveryStatusNotificationType = DeliveryStatusNotificationType.HeadersOnly;

        /// <summary>Where the server can (RFC 3461), what comes back names the attempt.</summary>
        protected override string? GetEnvelopeId(MimeMessage message) => message.Headers[NoticeMail.AttemptHeader];

        protected override DeliveryStatusNotification? GetDeliveryStatusNotifications(MimeMessage message, MailboxAddress mailbox) => DeliveryStatusNotification.Failure;

        /// <summary>Seven bits whatever this server takes: one behind it might have to rewrite the mail, which breaks its signature.</summary>
        protected override void Prepare(FormatOptions options, MimeMessage message, EncodingConstraint constraint, int maxLineLength) =>
            base.Prepare(options, message, EncodingConstraint.SevenBit, maxLineLength);
    }
}
