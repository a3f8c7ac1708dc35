using System.Collections.Immutable;
using HotlinePush.Tickets;

namespace HotlinePush.Inbound;

/// <summary>What the tickets say, as far as a message needs it. All of them are the sender's own: others are not shown to the rules.</summary>
/// <param name="Main">The ticket of <see cref="Conversation.Main"/>, where its number is known; null also where it has ended.</param>
/// <param name="MainUnknown">It is being filed at this moment.</param>
/// <param name="AlarmOpen">Whether the alarm request for the message's service still waits for a person.</param>
/// <param name="Quoted">The ticket whose number the message names, believed and open.</param>
/// <param name="Elsewhere">An open request of the sender from another channel, the latest.</param>
public sealed record Facts(Ticket? Main = null, bool MainUnknown = false, bool AlarmOpen = false, Ticket? Quoted = null, Ticket? Elsewhere = null);

/// <summary>
/// <c>(conversation, message, what the tickets say, now) → what to do</c>. Pure.
/// </summary>
/// <remarks>
/// Messages come twice, late and in any order, so which request words belong to hangs on the words and on the sender, never on what came before them: plain
/// words belong to the sender's one open request; a live emergency to the one alarm for that service; what is said to be new, anonymous or
/// confidential is a request of its own. The same words twice on one day (by the time they were said) are one. Of STOP and START the later said
/// counts. What a flood says is told together later, each text once.
/// </remarks>
public static class ConversationRules
{
    public const int MostSaid = 300;
    public const int MostNewADay = 20;
    public const int MostGathered = 1_000;

    /// <summary>Messages in a window before it is a flood.</summary>
    public const int Flood = 10;

    public static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    /// <param name="key">The message's.</param>
    /// <param name="said">Keyed hash of its words and day; null where it holds files, which nobody compares.</param>
    public static (Conversation After, Plan Plan) Decide(
        Conversation c, Intent intent, InboundMessage message, string key, string? said, Facts facts, DateOnly today, DateTimeOffset now)
    {
        c = c.WindowAt + Window <= now ? c with { WindowAt = now, WindowCount = 1, FloodTold = false } : c with { WindowCount = c.WindowCount + 1 };
        var flood = c.WindowCount > Flood;
        return intent switch
        {
            Intent.Taken t => (c, new(PlanKind.Take) { Taker = t.Taker, Silent = flood }),
            Intent.Help => (c, new(PlanKind.Help) { Silent = flood }),
            Intent.Disclosure => (c, new(PlanKind.Disclosure) { Silent = flood }),
            Intent.Rate r => (c, new(PlanKind.Rate) { Digit = r.Digit, Number = r.Number, Silent = flood }),
            Intent.Ask a => (c, new(PlanKind.Ask) { Number = a.Number, Silent = flood }),
            Intent.OptOut o => (message.At >= c.OptedAt ? c with { OptedOut = o.Out, OptedAt = message.At } : c, new(PlanKind.OptOut) { Digit = o.Out ? 1 : 0, Silent = flood }),
            Intent.Request r => Request(c, r, key, said, facts, today, flood, message.Media.Count > 0),
            _ => (c, new(PlanKind.Nothing) { Silent = true }),
        };
    }

    private static (Conversation, Plan) Request(Conversation c, Intent.Request r, string key, string? said, Facts facts, DateOnly today, bool flood, bool hasFiles)
    {
        if (r.Kind == RequestKind.Alarm)
            return Alarm(c, r.Service!, key, said, facts);
        if (r.Kind != RequestKind.Plain)
        {
            c = c.NewOn == today ? c with { NewCount = c.NewCount + 1 } : c with { NewOn = today, NewCount = 1 };
            if (c.NewCount <= MostNewADay)
                return (c, new(PlanKind.File) { Request = r.Kind });
        }

        if (facts.Quoted is { } quoted)
            return (c, new(PlanKind.FollowUp) { Number = quoted.Number, Silent = flood });
        if (facts.Main is null && !facts.MainUnknown)
        {
            if (facts.Elsewhere is { } elsewhere)
                return (c with { Main = new("", elsewhere.Number, With([], said)) }, new(PlanKind.FollowUp) { Number = elsewhere.Number });
            return (c with { Main = new(key, null, With([], said)) }, new(PlanKind.File));
        }

        var main = c.Main! with { Number = facts.Main?.Number ?? c.Main.Number };
        c = c with { Main = main };
        if (said is not null && main.Said.Contains(said))
            return (c, To(main, new(PlanKind.Repeat) { Silent = flood }));
        if (!flood || hasFiles)
            return (c with { Main = main with { Said = With(main.Said, said) } }, To(main, new(PlanKind.FollowUp) { Silent = flood }));
        if (!c.FloodTold)
            return (c with { Main = main with { Said = With(main.Said, said) }, FloodTold = true }, To(main, new(PlanKind.FollowUp) { TellsFlood = true }));
        if (c.Gathered.Length >= MostGathered)
            return (c, To(main, new(PlanKind.Repeat) { Silent = true }));
        return (
            c with { Main = main with { Said = With(main.Said, said) }, Gathered = c.Gathered.Add(key), GatherNo = c.Gathered.IsEmpty ? c.GatherNo + 1 : c.GatherNo },
            To(main, new(PlanKind.Gather) { Silent = true }));
    }

    /// <summary>As long as nobody has looked at the alarm, more of the same goes to it; after that it is another one. It is always answered.</summary>
    private static (Conversation, Plan) Alarm(Conversation c, string service, string key, string? said, Facts facts)
    {
        var known = c.Alarms.FirstOrDefault(a => a.Service == service);
        if (known is null || !facts.AlarmOpen)
        {
            var opened = new AlarmRequest(service, new(key, null, With([], said)));
            return (c with { Alarms = [.. c.Alarms.Where(a => a.Service != service), opened] }, new(PlanKind.File) { Request = RequestKind.Alarm, Service = service });
        }

        if (said is not null && known.Request.Said.Contains(said))
            return (c, To(known.Request, new(PlanKind.Repeat) { Request = RequestKind.Alarm, Service = service }));
        var more = known with { Request = known.Request with { Said = With(known.Request.Said, said) } };
        return (c with { Alarms = c.Alarms.Replace(known, more) }, To(more.Request, new(PlanKind.FollowUp) { Request = RequestKind.Alarm, Service = service }));
    }

    private static Plan To(OpenRequest request, Plan plan) => plan with { Number = request.Number, Opening = request.Number is null ? request.Opening : null };

    private static ImmutableArray<string> With(ImmutableArray<string> said, string? one) => one is null ? said : said.Length < MostSaid ? said.Add(one) : [.. said.Skip(1), one];
}
