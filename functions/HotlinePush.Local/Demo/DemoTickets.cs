using CsvHelper;
using HotlinePush.Tickets;
using HotlinePush.Units;

namespace HotlinePush.Local.Demo;

/// <summary>Written requests of the fictional city's residents.</summary>
public static class DemoTickets
{
    private const string Place = "{place}";
    private const int FirstResidentNumber = 1000;

    private static readonly string[] Surnames = ["邹", "闻", "骆", "柏", "殷", "屈", "岑", "鲁", "纪", "舒", "温", "苗", "简", "靳", "卞", "冉", "隋", "郗"];
    private static readonly string[] GivenNames =
        ["小渔", "国栋", "巧云", "子墨", "淑兰", "大勇", "思远", "桂香", "一诺", "长河", "静宜", "福生", "雨桐", "守田", "晚晴", "志强", "春妮"];

    private static readonly Lazy<IReadOnlyList<Sample>> Samples = new(() => DemoTable.Read("requests", ToSample));
    private static readonly Lazy<IReadOnlyList<DemoTicket>> Written = new(
        () => [.. Samples.Value.Select((s, i) => Fill(s, FindArea(s.Ticket.AreaId), i))]);

    /// <summary>Every written request once, its places filled in.</summary>
    public static IReadOnlyList<DemoTicket> All => Written.Value;

    /// <summary>
    /// At least <paramref name="count"/> requests, the same ones each time: all the written ones, then those that could
    /// come from elsewhere again from other places and, once closed, from other days. Subjects stay distinct.
    /// </summary>
    /// <param name="count">Up to 2,000.</param>
    public static IReadOnlyList<DemoTicket> Several(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, 2000);
        var tickets = All.ToList();
        var movable = Samples.Value.Where(s => s.Ticket is { Movable: true, Life: not (DemoLife.Merged or DemoLife.HandedOver) }).ToArray();
        for (var round = 1; tickets.Count < count; round++)
        {
            foreach (var (index, sample) in movable.Index())
            {
                if (tickets.Count >= count)
                    break;
                var places = PlacesLike(FindArea(sample.Ticket.AreaId));
                // Rounds step through all the other places of the kind, each request from its own start.
                var area = places[(index * 5 + round - 1) % places.Length];
                var moved = Fill(sample, area, tickets.Count);
                tickets.Add(moved with { DaysAgo = OtherDay(moved, index, round) });
            }
        }
        return tickets;
    }

    private static int OtherDay(DemoTicket ticket, int index, int round) => ticket.Life is
        DemoLife.AnsweredAtDesk or DemoLife.ClosedSatisfied or DemoLife.ClosedAfterRedo or DemoLife.Declined or DemoLife.Terminated
        // Room for an answer, a redo and the callbacks before today.
        ? 20 + (index * 7 + round * 5) % 23
        : ticket.DaysAgo;

    /// <summary>Communities for a community, villages for a village: a request about a lift does not come from a paddy field.</summary>
    private static Area[] PlacesLike(Area area) =>
        [.. DemoCity.Areas.Where(a => a.Id.Length == area.Id.Length && a.Id != area.Id && a.Name[^1] == area.Name[^1])];

    private static Area FindArea(string id) => DemoCity.Areas.First(a => a.Id == id);

    private static DemoTicket Fill(Sample sample, Area area, int number)
    {
        string? At(string? text) => text?.Replace(Place, area.Aliases?[0] ?? area.Name, StringComparison.Ordinal);
        var ticket = sample.Ticket;
        return ticket with
        {
            AreaId = area.Id,
            Subject = At(ticket.Subject)!,
            Description = At(ticket.Description)!,
            Code = At(ticket.Code),
            Contact = Who(sample.Reporter, ticket.Channel, number),
        };
    }

    private static DemoContact Who(DemoReporter reporter, string channel, int number)
    {
        if (reporter == DemoReporter.Anonymous)
            return new DemoContact(null, null, null, true, false);
        var name = Surnames[number % Surnames.Length] + GivenNames[number % GivenNames.Length];
        var email = channel == "email" ? $"resident{number + 1}@yunze.invalid" : null;
        return new DemoContact(name, DemoCity.Phone(FirstResidentNumber + number), email, false, reporter == DemoReporter.Confidential);
    }

    private static Sample ToSample(CsvReader row)
    {
        var subject = row.Required("subject");
        var description = row.Required("description");
        var movable = subject.Contains(Place, StringComparison.Ordinal);
        var ticket = new DemoTicket(row.Word<TicketType>("type"), subject, description, row.Required("category"), row.Required("area"),
            new DemoContact(null, null, null, true, false), row.Word<Priority>("priority"), row.Required("channel"), row.Word<DemoLife>("life"),
            row.Number("days"), row.Optional("reply"), row.Optional("code"), movable);
        return new Sample(ticket, row.Word<DemoReporter>("reporter"));
    }

    private enum DemoReporter { Named, Anonymous, Confidential }

    private sealed record Sample(DemoTicket Ticket, DemoReporter Reporter);
}
