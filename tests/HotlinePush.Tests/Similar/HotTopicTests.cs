using System.Globalization;
using System.Text.RegularExpressions;
using HotlinePush.Clocks;
using HotlinePush.Routing;
using HotlinePush.Tests.Routing;
using HotlinePush.Tickets;
using HotlinePush.Tickets.Similar;
using Xunit.Abstractions;

namespace HotlinePush.Tests.Similar;

/// <summary>Real messages of well-known hot topics, each looked up among those of the four weeks before it.</summary>
public sealed partial class HotTopicTests(ITestOutputHelper output)
{
    private static readonly (string Name, Func<string, bool> Is)[] Topics =
    [
        ("a mixing plant by an estate", t => t.Contains("丽发新城", StringComparison.Ordinal) && t.Contains("搅拌", StringComparison.Ordinal)),
        ("parking sold with flats", t => Estate().IsMatch(t) && t.Contains("车位", StringComparison.Ordinal)),
        ("fumes of restaurants", t => t.Contains("油烟", StringComparison.Ordinal) && t.Contains("魅力之城", StringComparison.Ordinal)),
        ("a lender's fraud", t => t.Contains("58车贷", StringComparison.Ordinal)),
    ];

    [DataFact]
    public void Similar_OfMessagesOfAHotTopic_FindTheOthersOfIt()
    {
        var all = Read();
        double asked = 0, found = 0, precise = 0, likely = 0;
        foreach (var (name, isTopic) in Topics)
        {
            var of = all.Where(m => isTopic(m.Query.Text)).Select(m => m.Ticket.Number).ToHashSet(StringComparer.Ordinal);
            double n = 0, hit = 0, first5 = 0, shown = 0;
            foreach (var (ticket, query) in all.Where(m => of.Contains(m.Ticket.Number)))
            {
                var before = Before(all, ticket);
                var others = before.Count(t => of.Contains(t.Number));
                if (others == 0)
                    continue;
                var best = Find(query, before, 5);
                n++;
                hit += best.Any(s => of.Contains(s.Ticket.Number)) ? 1 : 0;
                first5 += best.Count(s => of.Contains(s.Ticket.Number)) / (double)Math.Min(5, others);
                shown += best.Count == 0 ? 0 : best.Count(s => of.Contains(s.Ticket.Number)) / (double)best.Count;
            }

            output.WriteLine($"{name}: {n} asked, {hit / n:P0} find one among the first five, {first5 / n:P0} of the first five they could find, {shown / n:P0} of what is shown is of it");
            (asked, found, precise, likely) = (asked + n, found + hit, precise + first5, likely + shown);
        }

        Assert.True(asked > 100, $"{asked} asked");
        Assert.True(found / asked >= 0.97, $"{found / asked:P1} find one");
        Assert.True(precise / asked >= 0.9, $"{precise / asked:P1} of the first five");
        Assert.True(likely / asked >= 0.85, $"{likely / asked:P1} of what is shown");
    }

    [DataFact]
    public void Similar_OfMessagesThatNobodyElseWrote_IsQuietForMost()
    {
        // The dust of ordinary days: what is shown beside a draft must not cry wolf. Some of these are real repeats.
        var all = Read();
        var (asked, quiet) = (0, 0);
        for (var i = 0; i < all.Count; i += 10)
        {
            if (Topics.Any(t => t.Is(all[i].Query.Text)))
                continue;
            asked++;
            quiet += Find(all[i].Query, Before(all, all[i].Ticket), 1) is [] ? 1 : 0;
        }

        output.WriteLine($"{asked} asked, {(double)quiet / asked:P0} show nothing");
        Assert.True((double)quiet / asked > 0.5, $"{(double)quiet / asked:P1} quiet");
    }

    private static IReadOnlyList<SimilarTicket> Find(SimilarQuery query, List<Ticket> before, int limit)
    {
        var district = NearRows.DistrictOf(query.AreaId);
        var rows = before.Where(t => district == NearRows.Anywhere || NearRows.DistrictOf(t.AreaId) == district || NearRows.DistrictOf(t.AreaId) == NearRows.Anywhere)
            .Select(t => NearRows.Parse(NearRows.Of(t)!.Value.Row)!.Value).ToList();
        var picked = SimilarTickets.NearestBySketch(TextSketch.Of(query.Text), rows).ToHashSet(StringComparer.Ordinal);
        return SimilarTickets.Rank(query, [.. before.Where(t => picked.Contains(t.Number))], limit);
    }

    private static List<Ticket> Before(List<(Ticket Ticket, SimilarQuery Query)> all, Ticket ticket) =>
        [.. all.Select(m => m.Ticket).Where(t => t.ReceivedAt < ticket.ReceivedAt && t.ReceivedAt > ticket.ReceivedAt.AddDays(-28))];

    private static List<(Ticket Ticket, SimilarQuery Query)> Read()
    {
        var limits = PolicySet.Default.LimitsFor(TicketType.Complaint, Priority.Normal, null)!;
        return [.. RealMessages.Read("messages-liked.csv").Select((row, i) =>
        {
            var text = PlainText.OfTicket(row["subject"], row["body"]);
            var ticket = new Ticket
            {
                Number = i.ToString("D14", CultureInfo.InvariantCulture),
                Channel = "web",
                Subject = row["subject"],
                Description = row["body"],
                // The data names districts as A1 to A9 and cities as B, C, and so on.
                AreaId = District().Match(text) is { Success: true } match ? $"99{match.Groups[1].Value[0] - 'A' + 10}{int.Parse(match.Groups[1].Value.AsSpan(1), CultureInfo.InvariantCulture):D2}" : null,
                ReceivedAt = new DateTimeOffset(DateTime.Parse(row["received_at"], CultureInfo.InvariantCulture), TimeSpan.FromHours(8)),
                Limits = limits,
            };
            return (ticket, new SimilarQuery(text, ticket.AreaId, At: ticket.ReceivedAt));
        }).OrderBy(m => m.ticket.ReceivedAt)];
    }

    [GeneratedRegex("([A-M][1-9][0-9]?)[区县市]")]
    private static partial Regex District();

    [GeneratedRegex("伊景园|滨河苑")]
    private static partial Regex Estate();
}
