using System.Runtime.CompilerServices;
using HotlinePush.Clocks;
using HotlinePush.Routing;
using HotlinePush.Storage;
using HotlinePush.Units;

namespace HotlinePush.Tickets;

/// <summary>
/// Routing as tickets need it: with the set-up in force, and with a classifier that learns from confirmed dispatches. What it has learnt
/// stands in table <c>learnt</c> as hashed features, never as words.
/// </summary>
public sealed class TicketRouting(ITableStore store, TicketStore tickets, TicketActions actions, CitySource cities, ILogger<TicketRouting> log)
{
    private const string Table = "learnt";
    private const int Partitions = 16;

    /// <summary>Confirmed tickets between two trainings, at least; later a twentieth of what is known, so that training stays a small share of the work.</summary>
    private const int RetrainAfter = 20;

    private readonly ConditionalWeakTable<City, Router> _routers = [];
    private readonly Lock _building = new();
    private volatile Learning? _learning;

    private sealed record Learning(IReadOnlyList<Category> Categories, LearningClassifier Classifier);

    /// <summary>For <see cref="RouteIntake"/>: pure but for the classifier's memory.</summary>
    public (Alarm? Alarm, Route? Route) Route(Intake intake, City city)
    {
        var decision = Decide(new(intake.Type, intake.Subject, intake.Description, intake.CategoryId, intake.AreaId, intake.Confidential), city, explain: false);
        // A message of long ago is no call for help now.
        var alarm = intake.ImportedReceipt is null && decision.Alarm is { } hit ? new Alarm(hit.Phrase, hit.Service) : null;
        return (alarm, ToRoute(decision));
    }

    /// <summary>The dry run: what routing would do, and why.</summary>
    public RoutingDecision Decide(RoutingInput input, City city) => Decide(input, city, explain: true);

    private RoutingDecision Decide(RoutingInput input, City city, bool explain) =>
        _routers.GetValue(city, c => new Router(c)).Route(input, ClassifierOf(city), explain: explain);

    private static Route ToRoute(RoutingDecision d) => new(
        d.LeadUnitId, [.. d.CoUnitIds], d.CategoryId, d.AreaId, d.Match?.Rule.Id, d.Confidence, d.Desk?.Code,
        [.. d.Suggestions.Select(s => new Suggestion(s.CategoryId, s.CategoryName, s.UnitId, s.Confidence, s.Why))], d.Priority);

    /// <summary>Routes a ticket that was received unrouted.</summary>
    public async Task HandleAsync(RouteTicket message, CancellationToken ct)
    {
        var city = await cities.GetAsync(ct);
        await actions.ApplyAsync(
            message.Number,
            (ticket, context) => TicketRules.Routed(
                ticket,
                ToRoute(Decide(new(ticket.Type, ticket.Subject ?? "", ticket.Description ?? "", ticket.CategoryId, ticket.AreaId, ticket.Confidential), city, explain: false)),
                context),
            ct);
    }

    /// <summary>Learns one dispatch that a person at the desk confirmed.</summary>
    public async Task LearnAsync(LearnDispatch message, CancellationToken ct)
    {
        if (await tickets.ReadAsync(message.Number, ct) is { Key: not null, Ticket: { Confidential: false, CategoryId: { } category } ticket })
            await LearnAsync([new(ticket.Number, PlainText.OfTicket(ticket.Subject, ticket.Description), category)], ct);
    }

    /// <summary>Learns confirmed texts under stable keys; the same key again replaces what was learnt.</summary>
    public async Task LearnAsync(IReadOnlyList<ConfirmedText> confirmed, CancellationToken ct)
    {
        var classifier = ClassifierOf(await cities.GetAsync(ct));
        foreach (var (key, text, category) in confirmed)
            if (classifier.Learn(key, text, category) is { } learnt)
                await store.CommitAsync(new Batch(Table, Partition(key)).Upsert(Keys.Of(key), learnt.ToBytes()), ct);
        if (classifier.Untrained >= Math.Max(RetrainAfter, classifier.Count / 20) || confirmed.Count > RetrainAfter)
            classifier.Retrain();
    }

    /// <summary>Takes back from the store what was learnt; to be run once when a process starts.</summary>
    public async Task WarmUpAsync(CancellationToken ct)
    {
        var classifier = ClassifierOf(await cities.GetAsync(ct));
        for (var i = 0; i < Partitions; i++)
        {
            string? continuation = null;
            do
            {
                var page = await store.ReadRangeAsync(Table, i.ToString("x1"), new("!", "~"), 500, continuation, ct);
                classifier.Restore(page.Rows.Select(r => LearntTicket.FromBytes(r.Value.ToArray())).OfType<LearntTicket>());
                continuation = page.Continuation;
            }
            while (continuation is not null);
        }

        if (classifier.Untrained > 0)
            classifier.Retrain();
        log.LogInformation("The classifier knows {Count} confirmed tickets", classifier.Count);
    }

    private LearningClassifier ClassifierOf(City city)
    {
        if (_learning is { } known && (ReferenceEquals(known.Categories, city.Categories) || known.Categories.SequenceEqual(city.Categories)))
            return known.Classifier;
        lock (_building)
        {
            if (_learning is { } now && now.Categories.SequenceEqual(city.Categories))
                return now.Classifier;
            // Other categories: what was learnt is carried over as far as its categories still exist.
            var classifier = new LearningClassifier(city.Categories);
            if (_learning is { } before && before.Classifier.Count > 0)
            {
                classifier.Restore(before.Classifier.Snapshot());
                classifier.Retrain();
            }

            _learning = new(city.Categories, classifier);
            return classifier;
        }
    }

    private static string Partition(string key) => (WorkShard.Of(key).Index % Partitions).ToString("x1");
}
