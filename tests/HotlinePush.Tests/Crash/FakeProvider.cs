using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using HotlinePush.Channels;

namespace HotlinePush.Tests.Crash;

/// <summary>
/// An SMS provider as a process of its own: writes down every call before it answers, and never asks whether it had the same one before.
/// A call is a line <c>attempt to</c>; the answer depends on the last digit of the number.
/// </summary>
internal static class FakeProvider
{
    public static async Task<int> RunAsync(string journal)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Console.WriteLine(((IPEndPoint)listener.LocalEndpoint).Port);
        await using var file = new FileStream(journal, FileMode.Append, FileAccess.Write, FileShare.Read);
        var writing = new Lock();
        while (true)
        {
            var client = await listener.AcceptTcpClientAsync();
            _ = Task.Run(async () =>
            {
                try
                {
                    await ServeAsync(client);
                }
                catch (IOException)
                {
                    // The host was killed.
                }
            });
        }

        async Task ServeAsync(TcpClient client)
        {
            using var _ = client;
            await using var stream = client.GetStream();
            using var reader = new StreamReader(stream);
            while (await reader.ReadLineAsync() is { } line)
            {
                var to = line[^1];
                var first = line.Split(' ')[0].Split('-')[3] == "1";
                var answer = to switch { '3' => "refused", '4' when first => "later", '5' => "cut", _ => "accepted" };
                lock (writing)
                {
                    file.Write(Encoding.ASCII.GetBytes($"{line.Split(' ')[0]} {answer}\n"));
                    file.Flush();
                }

                // As long as a network takes: so that a kill meets calls under way.
                await Task.Delay(5);
                if (answer == "cut")
                    return;
                await stream.WriteAsync(Encoding.ASCII.GetBytes(answer + "\n"));
            }
        }
    }
}

/// <summary>The channel to it: a connection for each call under way.</summary>
internal sealed class FakeProviderChannel(int port) : IDeliveryChannel
{
    private readonly ConcurrentBag<TcpClient> _idle = [];

    public ChannelKind Kind => ChannelKind.Sms;
    public string Provider => "fake";
    public ChannelLimits Limits { get; } = ChannelLimits.None with { AtOnce = 10 };
    public bool KeepsQuietHours => false;

    public async Task<IReadOnlyList<SendOutcome>> SendAsync(IReadOnlyList<DeliveryText> texts, CancellationToken ct) =>
        await Task.WhenAll(texts.Select(t => CallAsync(t, ct)));

    private async Task<SendOutcome> CallAsync(DeliveryText text, CancellationToken ct)
    {
        TcpClient? client = null;
        try
        {
            if (!_idle.TryTake(out client))
            {
                client = new();
                await client.ConnectAsync(IPAddress.Loopback, port, ct);
            }
        }
        catch (SocketException)
        {
            client?.Dispose();
            return new SendOutcome.NotAccepted("noConnection", "never connected", RetryAdvice.WhenBack(TimeSpan.FromSeconds(1)));
        }

        try
        {
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"{text.AttemptId} {text.To}\n"), ct);
            var buffer = new byte[32];
            var read = await client.GetStream().ReadAsync(buffer, ct);
            if (read == 0)
                return new SendOutcome.Unknown("cut");
            _idle.Add(client);
            return Encoding.ASCII.GetString(buffer, 0, read).Trim() switch
            {
                "accepted" => new SendOutcome.Accepted(null),
                "later" => new SendOutcome.NotAccepted("later", "busy", RetryAdvice.Later(TimeSpan.FromMilliseconds(50))),
                _ => new SendOutcome.NotAccepted("refused", "no such number", RetryAdvice.No),
            };
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            client.Dispose();
            return new SendOutcome.Unknown(e.GetType().Name);
        }
    }
}
