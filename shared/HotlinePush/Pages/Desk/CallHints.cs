using System.Globalization;
using System.Security.Cryptography;
using HotlinePush.Clocks;
using HotlinePush.Incidents;
using HotlinePush.Knowledge;
using HotlinePush.Routing;
using HotlinePush.Security;
using HotlinePush.Tickets;
using HotlinePush.Tickets.Similar;
using HotlinePush.Units;
using Microsoft.AspNetCore.DataProtection;

namespace HotlinePush.Pages.Desk;

/// <summary>A unit a draft could go to, with why.</summary>
/// <param name="Value">As the form sends it.</param>
public sealed record CallLead(string Value, string UnitName, string Why);

/// <summary>A ready answer of the knowledge base.</summary>
public sealed record ReadyAnswer(string Id, string Title, string Text, string? Note);

/// <summary>What the draft of a call finds: who calls, whether somebody said the same, what could be answered, where it would go.</summary>
/// <param name="Trace">Says that the look-up of this number was written down; the form carries it, sealed.</param>
/// <param name="Lead">The unit that is chosen, <see cref="Later"/>, or empty before there are words.</param>
/// <param name="Suggested">The one that was chosen for the agent: not the agent's word yet.</param>
/// <param name="Automatic">Routing sends it there by itself.</param>
public sealed record CallHints(
    string? Phone, string? Trace, IReadOnlyList<Ticket> Own, IReadOnlyList<SimilarTicket> Similar, IReadOnlyList<ReadyAnswer> Ready,
    AlarmHit? Alarm, IReadOnlyList<CallLead> Leads, string Lead, string Suggested, bool Automatic, bool Confidential, string ArticleId)
{
    /// <summary>What is going on now: shown before a word is written, since that is what most will call about.</summary>
    public IReadOnlyList<CountedIncident> Incidents { get; init; } = [];

    /// <summary>To be dispatched afterwards, from the queue.</summary>
    public const string Later = "later";
}

/// <summary>Reads the hints for a draft as it stands.</summary>
internal sealed class CallHintsReading(
    PersonTickets people, SimilarTickets similar, KnowledgeSearch knowledge, KnowledgeSource articles, TicketRouting routing, CitySource cities, IncidentDesk incidents, IDataProtectionProvider protection, ProductClock clock)
{
    private const int IncidentsShown = 3;
    private const int OwnShown = 8;
    private const int SimilarShown = 5;
    private const int LeadsShown = 3;
    private const int ReadyShown = 3;

    /// <summary>Below it a suggestion is shown but not chosen.</summary>
    private const double Chosen = 0.2;

    /// <summary>Below it a suggestion is noise.</summary>
    public const double WorthShowing = 0.04;

    /// <summary>Shorter drafts find only chance.</summary>
    private const int FewestLetters = 6;

    private static readonly TimeSpan TraceHolds = TimeSpan.FromHours(1);

    public async Task<CallHints> ReadAsync(FormState form, Actor by, CancellationToken ct) =>
        await OfDraftAsync(form, by, ct) with { Incidents = (await incidents.ListAsync(IncidentState.Open, null, IncidentsShown, ct)).Items };

    private async Task<CallHints> OfDraftAsync(FormState form, Actor by, CancellationToken ct)
    {
        var city = await cities.GetAsync(ct);
        var (phone, trace, own) = await OwnAsync(form, by, ct);
        var confidential = form["identity"] == "confidential";
        var text = PlainText.OfTicket(form["subject"], form["description"]);
        if (text.Trim().Length < FewestLetters)
            return new(phone, trace, own, [], [], null, [], "", "", false, confidential, "");

        var found = Decide(form, city);
        var alike = await similar.FindAsync(new(text, city.FindArea(form["areaId"])?.Id, At: clock.GetUtcNow()), SimilarShown + own.Count, ct: ct);
        var leads = confidential ? [] : Leads(found, city);
        var suggested = SuggestedOf(found, leads);
        // What the agent chose stays; what was chosen for the agent follows the words.
        var chosen = form["lead"];
        var lead = chosen.Length > 0 && chosen != form["suggested"] && (chosen == CallHints.Later || leads.Any(l => l.Value == chosen)) ? chosen : suggested;
        return new(
            phone, trace, own, [.. alike.Where(s => own.All(t => t.Number != s.Ticket.Number)).Take(SimilarShown)], await ReadyAsync(text, found.CategoryId, found.AreaId, ct),
            found.Alarm, leads, lead, suggested, found.LeadUnitId is not null, confidential, form["articleId"]);
    }

    /// <summary>Ready answers for these words.</summary>
    public async Task<IReadOnlyList<ReadyAnswer>> ReadyAsync(string text, string? categoryId, string? areaId, CancellationToken ct) =>
        [.. (await knowledge.FindAsync(text, categoryId, areaId, staff: true, ReadyShown, ct)).Select(h => new ReadyAnswer(h.Id, h.Title.Text, h.Answer, h.InternalNote))];

    /// <summary>The text of an article as the public reads it; null where there is none.</summary>
    public async Task<string?> TextOfAsync(string? articleId, CancellationToken ct) =>
        articleId is not null && (await articles.GetAsync(ct)).Articles.TryGetValue(articleId, out var article) ? article.Live?.Body : null;

    /// <summary>
    /// What to do with a filed draft: null leaves it to routing, which sends it with its co-units or holds it for the desk. A unit that was
    /// only suggested counts as long as the words still suggest it.
    /// </summary>
    public async Task<TicketCommand?> DispatchAsync(FormState form, CancellationToken ct)
    {
        var lead = form["lead"];
        if (lead is "" or CallHints.Later || form["identity"] == "confidential")
            return null;
        var city = await cities.GetAsync(ct);
        var found = Decide(form, city);
        var unit = DeskForms.Lead(form).Unit;
        if (unit is null || unit == found.LeadUnitId || (lead == form["suggested"] && lead != SuggestedOf(found, Leads(found, city))))
            return null;
        return DeskForms.Dispatch(form);
    }

    private RoutingDecision Decide(FormState form, City city) => routing.Decide(
        new(Web.WireWords.TryRead<TicketType>(form["type"], out var type) ? type : TicketType.Help, form["subject"], form["description"], form.Filled("categoryId"), city.FindArea(form["areaId"])?.Id), city);

    private static List<CallLead> Leads(RoutingDecision found, City city)
    {
        var leads = new List<(string Unit, string Value, string Why)>();
        if (found.LeadUnitId is { } sure)
            leads.Add((sure, sure + "|" + found.CategoryId, found.Why));
        foreach (var s in found.Suggestions)
            if (s.Confidence >= WorthShowing && s.UnitId is { } unit && leads.All(l => l.Unit != unit))
                leads.Add((unit, unit + "|" + s.CategoryId, string.Create(CultureInfo.InvariantCulture, $"{s.CategoryName} {s.Confidence * 100:0}%；{s.Why}")));
        return [.. leads.Take(LeadsShown).Select(l => new CallLead(l.Value, city.FindUnit(l.Unit)?.Name ?? l.Unit, l.Why))];
    }

    private static string SuggestedOf(RoutingDecision found, IReadOnlyList<CallLead> leads) =>
        leads.Count > 0 && (found.LeadUnitId is not null || found.Confidence >= Chosen) ? leads[0].Value : CallHints.Later;

    private async Task<(string? Phone, string? Trace, IReadOnlyList<Ticket> Own)> OwnAsync(FormState form, Actor by, CancellationToken ct)
    {
        if (!PhoneNumber.TryParse(form["contact.phone"], out var phone))
            return (null, null, []);
        var now = clock.GetUtcNow();
        var traced = IsTraced(form["trace"], phone, by, now);
        var page = await people.FindAsync(phone, by, null, OwnShown, ct, traced);
        var trace = traced ? form["trace"] : Protector().Protect(string.Create(CultureInfo.InvariantCulture, $"{phone} {by.Id} {now.UtcTicks}"));
        return (PhoneNumber.Mask(phone), trace, [.. page.Tickets.OrderBy(t => !t.State.IsOpen())]);
    }

    private bool IsTraced(string trace, string phone, Actor by, DateTimeOffset now)
    {
        if (trace.Length == 0)
            return false;
        try
        {
            var said = Protector().Unprotect(trace).Split(' ');
            return said.Length == 3 && said[0] == phone && said[1] == by.Id && now.UtcTicks - long.Parse(said[2], CultureInfo.InvariantCulture) < TraceHolds.Ticks;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private IDataProtector Protector() => protection.CreateProtector("HotlinePush.Pages.Desk.Trace");
}
