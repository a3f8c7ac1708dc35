using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace HotlinePush.Azure.Tests;

/// <summary>As much of IMAP4rev1 (RFC 3501, RFC 6851) as reading a mailbox needs: sign in, list, create, select, fetch, move. TLS from the first byte.</summary>
internal sealed class ImapTestServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly X509Certificate2 _certificate = TestCertificate.New();
    private readonly Task _serving;
    private uint _nextUid = 1;

    public ImapTestServer()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;
    public string Fingerprint => Convert.ToHexString(SHA256.HashData(_certificate.RawData));

    /// <summary>Folders with their mails by UID.</summary>
    public Dictionary<string, SortedDictionary<uint, string>> Folders { get; } = new(StringComparer.Ordinal) { ["INBOX"] = [] };

    /// <summary>Hangs up at such a command.</summary>
    public string? CutAt { get; set; }

    public void Put(string mail) => Folders["INBOX"].Add(_nextUid++, mail);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
        _certificate.Dispose();
    }

    private async Task ServeAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await using var tls = new SslStream(client.GetStream());
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _stop.Token);
                await SessionAsync(tls);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
            {
            }
        }
    }

    private async Task SessionAsync(Stream stream)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
        await SayAsync(stream, "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR UIDPLUS MOVE] ready");
        var selected = Folders["INBOX"];
        while (await reader.ReadLineAsync(_stop.Token) is { } line)
        {
            var words = line.Split(' ');
            var (tag, verb) = (words[0], words[1].ToUpperInvariant() == "UID" ? "UID " + words[2].ToUpperInvariant() : words[1].ToUpperInvariant());
            if (verb == CutAt)
                return;
            switch (verb)
            {
                case "AUTHENTICATE":
                    await SayAsync(stream, words[^1] == Convert.ToBase64String("\0bounces\0s3cret"u8) ? $"{tag} OK [CAPABILITY IMAP4rev1 UIDPLUS MOVE] in" : $"{tag} NO [AUTHENTICATIONFAILED] wrong");
                    break;
                case "LOGIN":
                    await SayAsync(stream, $"{tag} NO [AUTHENTICATIONFAILED] by AUTHENTICATE only");
                    break;
                case "LIST":
                    var name = words[^1].Trim('"');
                    await SayAsync(stream, $"{(name.Length == 0 ? "* LIST (\\Noselect) \"/\" \"\"\r\n" : Folders.ContainsKey(name) ? $"* LIST (\\HasNoChildren) \"/\" {name}\r\n" : "")}{tag} OK listed");
                    break;
                case "CREATE":
                    Folders[words[2].Trim('"')] = [];
                    await SayAsync(stream, $"{tag} OK created");
                    break;
                case "SELECT":
                    selected = Folders[words[2].Trim('"')];
                    await SayAsync(stream, $"* FLAGS (\\Seen \\Deleted)\r\n* {selected.Count} EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 1] valid\r\n* OK [UIDNEXT {_nextUid}] next\r\n{tag} OK [READ-WRITE] selected");
                    break;
                case "FETCH":
                    var all = selected.Select((m, i) => $"* {i + 1} FETCH (UID {m.Key} RFC822.SIZE {Encoding.UTF8.GetByteCount(m.Value)})\r\n");
                    await SayAsync(stream, $"{string.Concat(all)}{tag} OK fetched");
                    break;
                case "UID FETCH":
                    var uid = uint.Parse(words[3], CultureInfo.InvariantCulture);
                    var mail = selected[uid];
                    await SayAsync(stream, $"* {Place(selected, uid)} FETCH (UID {uid} BODY[] {{{Encoding.UTF8.GetByteCount(mail)}}}\r\n{mail})\r\n{tag} OK fetched");
                    break;
                case "UID MOVE":
                    var moved = uint.Parse(words[3], CultureInfo.InvariantCulture);
                    var place = Place(selected, moved);
                    var target = Folders[words[4].Trim('"')];
                    target.Add(_nextUid++, selected[moved]);
                    selected.Remove(moved);
                    await SayAsync(stream, $"* OK [COPYUID 1 {moved} {_nextUid - 1}] moved\r\n* {place} EXPUNGE\r\n{tag} OK moved");
                    break;
                case "LOGOUT":
                    await SayAsync(stream, $"* BYE bye\r\n{tag} OK out");
                    return;
                default:
                    await SayAsync(stream, $"{tag} OK {verb}");
                    break;
            }
        }
    }

    private static int Place(SortedDictionary<uint, string> folder, uint uid) => folder.Keys.TakeWhile(k => k < uid).Count() + 1;

    private async Task SayAsync(Stream stream, string text)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text + "\r\n"), _stop.Token);
        await stream.FlushAsync(_stop.Token);
    }
}
