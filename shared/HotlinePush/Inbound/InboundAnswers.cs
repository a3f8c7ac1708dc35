using HotlinePush.Channels;
using HotlinePush.Clocks;
using HotlinePush.Notices;
using HotlinePush.Security;
using HotlinePush.Tickets;

namespace HotlinePush.Inbound;

/// <summary>What a message is answered.</summary>
/// <param name="Purpose">As texts to residents have one.</param>
internal sealed record HeardAnswer(string? Text, string Purpose, string? Number = null)
{
    public static readonly HeardAnswer None = new(null, "");
}

/// <summary>Makes the answers, and sends those that nobody could give at once.</summary>
internal sealed class InboundAnswers(KeyRing keys, IChannel channel, IEnumerable<IInboundAnswer> ways, SiteAddress? site = null)
{
    private const int MostListed = 3;

    public HeardAnswer Filed(Ticket ticket, string? service) => (ticket.Alarm?.Dial ?? service) is { } dial
        ? Of(TicketTexts.Emergency, ticket.Number, ("dial", dial), ("number", ticket.Number))
        : Of(TicketTexts.Received, ticket.Number, ("number", ticket.Number), ("code", keys.Token(TicketTelling.TrackingPurpose, ticket.Number)), ("due", Due(ticket)));

    public HeardAnswer Added(Ticket ticket, string? service) => service is not null
        ? Of(TicketTexts.Emergency, ticket.Number, ("dial", service), ("number", ticket.Number))
        : Of(TicketTexts.InboundAdded, ticket.Number, ("number", ticket.Number), ("state", TicketTexts.StateName(ticket.State)));

    public HeardAnswer Gathered(string number) => Of(TicketTexts.InboundGathered, number, ("number", number));

    public HeardAnswer Status(IReadOnlyList<Ticket> tickets) => tickets.Count == 0
        ? Of(TicketTexts.InboundUnknown, null, ("site", site?.Url ?? ""))
        : Of(TicketTexts.InboundStatus, tickets[0].Number, ("list", string.Join("；", tickets.Take(MostListed).Select(Line)) + "。"));

    public HeardAnswer Rated(Ticket ticket) => Of(TicketTexts.InboundRated, ticket.Number, ("number", ticket.Number), ("outcome", ticket switch
    {
        { State: TicketState.Closed } => "已办结",
        { SupervisorDue: true } => "将由督办人员研究处理",
        _ => $"将退回承办单位重新办理，新的答复期限为{Due(ticket)}前",
    }));

    public HeardAnswer RateWhich(IReadOnlyList<Ticket> tickets) => Of(TicketTexts.InboundRateWhich, null, ("count", $"{tickets.Count}"), ("number", tickets[0].Number));

    public HeardAnswer Refused(string why) => Of(TicketTexts.InboundRefused, null, ("why", why));

    public HeardAnswer Plain(string purpose) => Of(purpose, null, ("site", site?.Url ?? ""));

    /// <summary>By the channel it came by, once for each message.</summary>
    public async Task SendAsync(HeardMessage heard, CancellationToken ct)
    {
        if (heard.Words?.Sender is not { } to || heard.Reply is not { } text)
            return;
        var id = $"inbound-{heard.Key}";
        if (ways.FirstOrDefault(w => w.Channel == heard.Channel) is { } own)
        {
            await own.SendAsync(id, to, text, ct);
            return;
        }

        var kind = heard.Channel switch { InboundChannels.Email => ChannelKind.Email, InboundChannels.WeChat => ChannelKind.WeChat, _ => ChannelKind.Sms };
        var subject = kind == ChannelKind.Email ? heard.Words.Subject is { Length: > 0 } about ? "Re: " + about : "12345" : null;
        await channel.SendAsync(new(id, kind, to, subject, text, heard.Purpose ?? TicketTexts.InboundAdded, heard.Number), ct);
    }

    private static HeardAnswer Of(string purpose, string? number, params (string Name, string Value)[] values) =>
        new(TicketTexts.Fill(purpose, values.ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal)).Body, purpose, number);

    private static string Line(Ticket t) => t.State.IsOpen() && t.State != TicketState.Answered
        ? $"诉求{t.Number}{TicketTexts.StateName(t.State)}，答复期限{Due(t)}前"
        : $"诉求{t.Number}{TicketTexts.StateName(t.State)}";

    private static string Due(Ticket ticket) => ticket.Latest(ClockKind.Resolve) is { } resolve ? TicketTexts.Moment(resolve.DueAt) : "";
}
