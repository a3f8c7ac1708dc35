using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace HotlinePush.Benchmarks;

/// <summary>
/// One keep-alive connection on one blocking thread: sends ready-made bytes and reads status and length, so that the load costs
/// the measured process next to nothing.
/// </summary>
internal sealed class LoadClient : IDisposable
{
    public const string ThreadName = "load client";

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] _buffer = new byte[512 * 1024];
    private int _length;

    public LoadClient(Uri host) => _socket.Connect(new IPEndPoint(IPAddress.Loopback, host.Port));

    /// <summary>Head and body of the last answer, chunk sizes included.</summary>
    public ReadOnlySpan<byte> Answer => _buffer.AsSpan(0, _length);

    /// <summary>The JSON of the last answer.</summary>
    public JsonDocument Json()
    {
        var answer = Answer;
        var head = answer.IndexOf("\r\n\r\n"u8);
        var rest = answer[(head + 4)..];
        if (answer[..head].IndexOf("Content-Length: "u8) >= 0)
            return JsonDocument.Parse(rest.ToArray());
        var body = new List<byte>();
        while (true)
        {
            var line = rest.IndexOf("\r\n"u8);
            var size = int.Parse(rest[..line], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (size == 0)
                return JsonDocument.Parse(body.ToArray());
            body.AddRange(rest.Slice(line + 2, size));
            rest = rest[(line + 2 + size + 2)..];
        }
    }

    /// <returns>The status.</returns>
    public int Send(ReadOnlySpan<byte> request)
    {
        while (request.Length > 0)
            request = request[_socket.Send(request)..];
        _length = 0;
        while (!IsWhole())
        {
            if (_length == _buffer.Length)
                Array.Resize(ref _buffer, _buffer.Length * 2);
            var read = _socket.Receive(_buffer.AsSpan(_length));
            if (read == 0)
                throw new IOException("The host closed the connection.");
            _length += read;
        }

        return (_buffer[9] - '0') * 100 + (_buffer[10] - '0') * 10 + (_buffer[11] - '0');
    }

    /// <param name="key">Empty for a reader without one.</param>
    public static byte[] Get(string path, string key) =>
        Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{(key.Length > 0 ? $"Authorization: Bearer {key}\r\n" : "")}\r\n");

    public void Dispose() => _socket.Dispose();

    /// <summary>Runs each body on a thread of its own until all have ended; the first failure is thrown.</summary>
    public static async Task RunAsync(int clients, Action<int> body)
    {
        var ended = Enumerable.Range(0, clients).Select(i =>
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            new Thread(() =>
            {
                try
                {
                    body(i);
                    done.SetResult();
                }
                catch (Exception e)
                {
                    done.SetException(e);
                }
            })
            { Name = ThreadName, IsBackground = true }.Start();
            return done.Task;
        }).ToArray();
        await Task.WhenAll(ended);
    }

    private bool IsWhole()
    {
        var answer = Answer;
        var head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0)
            return false;
        var length = answer[..head].IndexOf("Content-Length: "u8);
        if (length < 0)
            return answer.EndsWith("\r\n0\r\n\r\n"u8);
        var text = answer[(length + 16)..head];
        var end = text.IndexOf((byte)'\r');
        return answer.Length >= head + 4 + int.Parse(end < 0 ? text : text[..end], CultureInfo.InvariantCulture);
    }
}

/// <summary>What one client saw.</summary>
internal sealed class ClientLog
{
    public List<double> Milliseconds { get; } = [];
    public List<string> Numbers { get; } = [];

    /// <summary>Times one request; every <paramref name="sample"/>-th created number is kept.</summary>
    public void Send(LoadClient client, ReadOnlySpan<byte> request, int expected, int sample = 16)
    {
        var start = Stopwatch.GetTimestamp();
        var status = client.Send(request);
        Milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        if (status != expected)
            throw new InvalidOperationException($"Status {status}: {Encoding.UTF8.GetString(client.Answer)}");
        if (status == 201 && Milliseconds.Count % sample == 0)
            Numbers.Add(NumberOf(client.Answer));
    }

    public static string NumberOf(ReadOnlySpan<byte> answer)
    {
        var name = "\"number\":\""u8;
        return Encoding.ASCII.GetString(answer.Slice(answer.IndexOf(name) + name.Length, Tickets.TicketNumber.Length));
    }
}
