using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace HotlinePush.Tests.BadInput;

/// <summary>An answer as it came over the wire.</summary>
public sealed record Answer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public string Text => Encoding.UTF8.GetString(Body);
}

/// <summary>HTTP/1.1 by hand: what is sent is exactly what the test says, however wrong.</summary>
public sealed class RawConnection(Uri address) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private TcpClient? _tcp;
    private byte[] _rest = [];

    /// <summary>Sends the bytes and reads one final answer; null where the server closed the connection without one.</summary>
    /// <param name="closing">The request may leave the connection unusable: it is not used again, and the sending half is closed.</param>
    public async Task<Answer?> SendAsync(ReadOnlyMemory<byte> bytes, bool head = false, bool closing = false)
    {
        using var patience = new CancellationTokenSource(Patience);
        var reused = _tcp is not null;
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                if (_tcp is null)
                {
                    _tcp = new TcpClient { NoDelay = true };
                    await _tcp.ConnectAsync(address.Host, address.Port, patience.Token);
                    _rest = [];
                }

                // Both at once: the server may answer and stop reading before everything is sent.
                var stream = _tcp.GetStream();
                var sending = SendAllAsync(_tcp, stream, bytes, closing, patience.Token);
                var answer = await ReadAsync(stream, head, patience.Token);
                if (answer is null && reused && attempt == 0)
                {
                    Dispose();
                    continue;
                }

                if (closing || answer is null || !sending.IsCompletedSuccessfully || string.Equals(answer.Header("Connection"), "close", StringComparison.OrdinalIgnoreCase))
                    Dispose();
                return answer;
            }
            catch (Exception e) when (e is IOException or SocketException && attempt == 0 && reused)
            {
                Dispose();
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                Dispose();
                return null;
            }
        }
    }

    private static async Task SendAllAsync(TcpClient tcp, NetworkStream stream, ReadOnlyMemory<byte> bytes, bool closing, CancellationToken ct)
    {
        try
        {
            await stream.WriteAsync(bytes, ct);
            if (closing)
                tcp.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // The server has heard enough; its answer says why.
        }
    }

    private async Task<Answer?> ReadAsync(NetworkStream stream, bool head, CancellationToken ct)
    {
        var buffer = new List<byte>(_rest);
        while (true)
        {
            int end;
            while ((end = EndOfHeaders(buffer)) < 0)
                if (!await MoreAsync(stream, buffer, ct))
                    return null;
            var lines = Encoding.Latin1.GetString([.. buffer[..end]]).Split("\r\n");
            buffer.RemoveRange(0, end + 4);
            var status = int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture);
            if (status is >= 100 and < 200)
                continue;
            var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            foreach (var line in lines.Skip(1))
                headers[line[..line.IndexOf(':')]] = line[(line.IndexOf(':') + 1)..].Trim();
            var body = head || status is 204 or 304 ? [] : await BodyAsync(stream, buffer, headers, ct);
            _rest = [.. buffer];
            return new(status, headers, body);
        }
    }

    private static async Task<byte[]> BodyAsync(NetworkStream stream, List<byte> buffer, Dictionary<string, string> headers, CancellationToken ct)
    {
        var body = new List<byte>();
        if (headers.TryGetValue("Content-Length", out var text))
        {
            var length = int.Parse(text, CultureInfo.InvariantCulture);
            while (buffer.Count < length && await MoreAsync(stream, buffer, ct))
            {
            }

            return Take(buffer, Math.Min(length, buffer.Count));
        }

        if (headers.ContainsKey("Transfer-Encoding"))
        {
            while (true)
            {
                int end;
                while ((end = buffer.IndexOf((byte)'\n')) < 0)
                    if (!await MoreAsync(stream, buffer, ct))
                        return [.. body];
                var size = int.Parse(Encoding.ASCII.GetString(Take(buffer, end + 1)).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                while (buffer.Count < size + 2 && await MoreAsync(stream, buffer, ct))
                {
                }

                body.AddRange(Take(buffer, Math.Min(size, buffer.Count)));
                Take(buffer, Math.Min(2, buffer.Count));
                if (size == 0)
                    return [.. body];
            }
        }

        while (await MoreAsync(stream, buffer, ct))
        {
        }

        return Take(buffer, buffer.Count);
    }

    private static byte[] Take(List<byte> buffer, int count)
    {
        var taken = buffer.GetRange(0, count).ToArray();
        buffer.RemoveRange(0, count);
        return taken;
    }

    private static int EndOfHeaders(List<byte> buffer)
    {
        for (var i = 3; i < buffer.Count; i++)
            if (buffer[i] == '\n' && buffer[i - 1] == '\r' && buffer[i - 2] == '\n' && buffer[i - 3] == '\r')
                return i - 3;
        return -1;
    }

    private static async Task<bool> MoreAsync(NetworkStream stream, List<byte> buffer, CancellationToken ct)
    {
        var chunk = new byte[8192];
        var read = await stream.ReadAsync(chunk, ct);
        buffer.AddRange(chunk.AsSpan(0, read));
        return read > 0;
    }

    public void Dispose()
    {
        _tcp?.Dispose();
        _tcp = null;
        _rest = [];
    }
}
