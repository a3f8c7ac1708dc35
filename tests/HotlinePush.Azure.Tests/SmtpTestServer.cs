using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using HotlinePush.Channels.Email;
using MimeKit;

namespace HotlinePush.Azure.Tests;

/// <summary>A mail as the server got it.</summary>
/// <param name="Raw">Between DATA and the dot, stuffed dots taken out.</param>
internal sealed record TakenMail(string MailFrom, string RcptTo, byte[] Raw)
{
    public MimeMessage Message => MimeMessage.Load(new MemoryStream(Raw));
    public string Text => Encoding.UTF8.GetString(Raw);
}

/// <summary>
/// Speaks SMTP as a mail server does, over TCP, with STARTTLS or TLS from the start and with AUTH. A test says where it answers otherwise
/// or hangs up.
/// </summary>
internal sealed class SmtpTestServer : IAsyncDisposable
{
    public const string Cut = "cut";
    public const string User = "hotline";
    public const string Password = "s3cret";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly MailSecurity _security;
    private readonly Task _accepting;
    private readonly ConcurrentBag<Task> _sessions = [];
    private int _connections;

    public SmtpTestServer(MailSecurity security)
    {
        _security = security;
        Certificate = TestCertificate.New();
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public X509Certificate2 Certificate { get; }
    public string Fingerprint => Convert.ToHexString(SHA256.HashData(Certificate.RawData));
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;
    public int Connections => _connections;
    public ConcurrentQueue<TakenMail> Mails { get; } = new();
    public ConcurrentQueue<string> Commands { get; } = new();
    public string Extensions { get; set; } = "PIPELINING\nENHANCEDSTATUSCODES\n8BITMIME\nDSN\nSIZE 50000000";

    /// <summary>Another answer to a command, <see cref="Cut"/> to hang up, null for the usual one.</summary>
    public Func<string, string?> OnCommand { get; set; } = _ => null;

    /// <summary>The same after the dot.</summary>
    public Func<TakenMail, string?> OnEnd { get; set; } = _ => null;

    /// <summary>Hangs up after so many bytes of a mail.</summary>
    public int? CutWithin { get; set; }

    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
            return;
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_sessions);
        Certificate.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                Interlocked.Increment(ref _connections);
                _sessions.Add(ServeAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var connection = client;
        // Hanging up is a reset: whoever still writes learns of it.
        connection.LingerState = new LingerOption(true, 0);
        try
        {
            Stream stream = connection.GetStream();
            if (_security == MailSecurity.Implicit)
                stream = await TlsAsync(stream);
            await new Session(this, stream).RunAsync(_stop.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException or System.Security.Authentication.AuthenticationException or ObjectDisposedException)
        {
        }
    }

    private async Task<SslStream> TlsAsync(Stream plain)
    {
        var tls = new SslStream(plain);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = Certificate }, _stop.Token);
        return tls;
    }

    private sealed class Session(SmtpTestServer server, Stream stream)
    {
        private readonly byte[] _buffer = new byte[4096];
        private int _at, _length;
        private Stream _stream = stream;
        private string _from = "", _to = "";
        private bool _signedIn, _isTls;

        public async Task RunAsync(CancellationToken ct)
        {
            await SayAsync("220 test.example ESMTP", ct);
            while (await LineAsync(ct) is { } line)
            {
                server.Commands.Enqueue(line);
                var answer = server.OnCommand(line) ?? await UsualAsync(line, ct);
                if (answer == Cut)
                    return;
                if (answer.Length > 0)
                    await SayAsync(answer, ct);
                if (answer.StartsWith("221", StringComparison.Ordinal) || answer.StartsWith("421", StringComparison.Ordinal))
                    return;
            }
        }

        private async Task<string> UsualAsync(string line, CancellationToken ct)
        {
            switch (line.Split(' ')[0].ToUpperInvariant())
            {
                case "EHLO":
                    var lines = new List<string> { "test.example" };
                    lines.AddRange(server.Extensions.Split('\n', StringSplitOptions.RemoveEmptyEntries));
                    if (server._security == MailSecurity.StartTls && !_isTls)
                        lines.Add("STARTTLS");
                    else
                        lines.Add("AUTH PLAIN");
                    return string.Join("\r\n", lines.Select((l, i) => $"250{(i == lines.Count - 1 ? ' ' : '-')}{l}"));
                case "STARTTLS":
                    await SayAsync("220 2.0.0 go ahead", ct);
                    _stream = await server.TlsAsync(_stream);
                    (_isTls, _length, _at) = (true, 0, 0);
                    return "";
                case "AUTH":
                    _signedIn = line.Split(' ')[^1] == Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{User}\0{Password}"));
                    return _signedIn ? "235 2.7.0 welcome" : "535 5.7.8 wrong";
                case "MAIL":
                    if (!_signedIn)
                        return "530 5.7.0 sign in first";
                    _from = Between(line);
                    return "250 2.1.0 ok";
                case "RCPT":
                    _to = Between(line);
                    return "250 2.1.5 ok";
                case "DATA":
                    return await DataAsync(ct);
                case "RSET" or "NOOP":
                    return "250 2.0.0 ok";
                case "QUIT":
                    return "221 2.0.0 bye";
                default:
                    return "502 5.5.1 unknown";
            }
        }

        private async Task<string> DataAsync(CancellationToken ct)
        {
            await SayAsync("354 go ahead", ct);
            var raw = new MemoryStream();
            while (true)
            {
                if (await LineAsync(ct) is not { } line || (server.CutWithin is { } most && raw.Length >= most))
                    return Cut;
                if (line == ".")
                    break;
                raw.Write(Encoding.Latin1.GetBytes((line.StartsWith('.') ? line[1..] : line) + "\r\n"));
            }

            var mail = new TakenMail(_from, _to, raw.ToArray());
            var answer = server.OnEnd(mail);
            if (answer is null)
                server.Mails.Enqueue(mail);
            return answer ?? "250 2.0.0 Ok: queued as 4BDF12C0FFEE";
        }

        private static string Between(string line) => line[(line.IndexOf('<') + 1)..line.IndexOf('>')];

        private async Task<string?> LineAsync(CancellationToken ct)
        {
            var line = new StringBuilder();
            while (true)
            {
                if (_at == _length)
                {
                    (_at, _length) = (0, await _stream.ReadAsync(_buffer, ct));
                    if (_length == 0)
                        return null;
                }

                var c = (char)_buffer[_at++];
                if (c == '\n')
                    return line.ToString();
                if (c != '\r')
                    line.Append(c);
            }
        }

        private async Task SayAsync(string text, CancellationToken ct)
        {
            await _stream.WriteAsync(Encoding.UTF8.GetBytes(text + "\r\n"), ct);
            await _stream.FlushAsync(ct);
        }
    }
}

internal static class TestCertificate
{
    /// <summary>For localhost, signed by itself.</summary>
    public static X509Certificate2 New()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
