using System.Collections.Concurrent;
using HotlinePush.Channels;
using HotlinePush.Channels.Email;
using HotlinePush.Clocks;
using HotlinePush.Security;

namespace HotlinePush.Providers;

/// <summary>E-mail through a mail server of the city's own. A slice goes over one connection, mail after mail; connections are kept for the next slices.</summary>
public sealed class SmtpDeliveries(SmtpSettings settings, ProductClock clock, ILogger<SmtpDeliveries> log) : IDeliveryChannel, IDisposable
{
    /// <summary>Mails of a slice: all of them have to go within the half minute a slice has.</summary>
    private const int AtOncePerConnection = 10;

    private static readonly SendOutcome NotBegun = new SendOutcome.NotAccepted("notBegun", "There was no time left for it.", RetryAdvice.WhenBack(TimeSpan.FromSeconds(1)));
    private static readonly SendOutcome NotMade = new SendOutcome.NotAccepted("badMail", "No mail can be made for it.", RetryAdvice.No);

    private readonly SemaphoreSlim _free = new(settings.Connections);
    private readonly ConcurrentBag<SmtpConnection> _idle = [];

    public ChannelKind Kind => ChannelKind.Email;
    public string Provider => "smtp";
    public ChannelLimits Limits { get; } = new(settings.PerMinute, TimeSpan.FromMinutes(1), AtOncePerConnection);

    public bool Takes(string to) => EmailAddress.TryParse(to, out _);

    public async Task<IReadOnlyList<SendOutcome>> SendAsync(IReadOnlyList<DeliveryText> texts, CancellationToken ct)
    {
        var outcomes = new SendOutcome[texts.Count];
        Array.Fill(outcomes, NotBegun);
        try
        {
            await _free.WaitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            return outcomes;
        }

        var connection = _idle.TryTake(out var idle) ? idle : new SmtpConnection(settings, log);
        try
        {
            for (var i = 0; i < texts.Count && !ct.IsCancellationRequested; i++)
            {
                if (Make(texts[i]) is not { } mail)
                {
                    outcomes[i] = NotMade;
                    continue;
                }

                if (await connection.OpenAsync(check: i == 0, ct) is { } refused)
                {
                    Array.Fill(outcomes, refused, i, outcomes.Length - i);
                    break;
                }

                outcomes[i] = await connection.SendAsync(mail, texts[i].No, ct);
            }
        }
        finally
        {
            _idle.Add(connection);
            _free.Release();
        }

        return outcomes;
    }

    /// <summary>One text that no mail can be made of must not leave the ends of its neighbours open.</summary>
    private NoticeMail? Make(DeliveryText text)
    {
        try
        {
            return NoticeMail.Make(settings, text, clock.GetUtcNow());
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Its message could name people.
            log.LogError("A mail could not be made: {Exception}", e.GetType().Name);
            return null;
        }
    }

    public void Dispose()
    {
        while (_idle.TryTake(out var connection))
            connection.Dispose();
        _free.Dispose();
    }
}
