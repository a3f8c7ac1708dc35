using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using HotlinePush.Channels;
using HotlinePush.Clocks;
using HotlinePush.Local;
using HotlinePush.Messaging;
using HotlinePush.Operations;
using HotlinePush.Storage;
using HotlinePush.Supervision;
using HotlinePush.Tickets;
using HotlinePush.Web;
using Microsoft.Extensions.Configuration;

namespace HotlinePush.Tests.Docs;

/// <summary>The tables of <c>docs/architecture.md</c> against the code.</summary>
public sealed class ArchitectureDocTests
{
    private const string File = "docs/architecture.md";

    private static readonly Assembly[] Product = [typeof(HotlineProduct).Assembly, typeof(LocalHost).Assembly];

    [Fact]
    public void StoreTables_WhenUsedByTheCode_StandInTheTable()
    {
        var code = Product.SelectMany(a => a.GetTypes())
            .Select(t => t.GetField("Table", BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(f => f?.FieldType == typeof(string))
            .Select(f => (string)(f!.IsLiteral ? f.GetRawConstantValue()! : f.GetValue(null)!));

        DocTable.AssertSame(File, code, StoreRows().Select(r => DocTable.Words(r[0]).Single()));
    }

    [Fact]
    public void IndexKeys_WhenMadeForTicketsInEveryPlace_HaveARowEach()
    {
        var patterns = StoreRows().Where(r => DocTable.Words(r[0]).Single() == TicketIndexes.Table)
            .Where(r => DocTable.Words(r[1]).Single() != "incidents")
            .SelectMany(r => DocTable.Words(r[2]).Select(row => Literals(DocTable.Words(r[1]).Single()) + " / " + Literals(row)));
        var keys = Tickets().SelectMany(TicketIndexes.KeysOf).Append(new(TicketIndexes.DaysPartition, "d"))
            .Append(new(TicketIndexes.DayPartition(new(2026, 3, 2)), TicketFact.ChangedRow))
            .Select(k => $"{k.Partition.Split(Keys.Separator)[0]} / {First(k)}");

        DocTable.AssertSame(File, keys.Distinct(), patterns);

        // The word a row key begins with, where it begins with one.
        static string First(IndexKey key) => key.Row.Split(Keys.Separator)[0] is "open" or "signoff" or "closed" or "all" or "near" or "caller" or "state" or "fact" or "changed" ? key.Row.Split(Keys.Separator)[0] : "";
        static string Literals(string pattern) => pattern.Split(Keys.Separator)[0] is "incident" or "unit" or "day" or "days" or "person" or "desk" or "parked" or "open" or "signoff" or "closed" or "all" or "near" or "caller" or "state" or "appeals" or "fact" or "changed" or "published"
            ? pattern.Split(Keys.Separator)[0]
            : "";
    }

    [Fact]
    public void Messages_WhenInTheCatalogue_StandWithQueueAndRetry()
    {
        var code = HotlineProduct.Catalogue().Kinds.Select(k =>
            $"{k.Type} | {k.Queue} | {k.Retry.MaxDeliveries} | {Span(k.Retry.FirstDelay)} | {Span(k.Retry.MaxDelay)}");
        var docs = DocTable.Read(File, "type", "queue").Select(r => $"{DocTable.Words(r[0]).Single()} | {DocTable.Words(r[1])[0]} | {r[3]} | {r[4]} | {r[5]}");

        DocTable.AssertSame(File, code, docs);
        Assert.All(DocTable.Read(File, "type", "queue").SelectMany(r => DocTable.Words(r[1])), queue => Assert.Contains(queue, Queues.All));
    }

    [Fact]
    public void Options_WhenTheHostNamesThem_StandInTheTable()
    {
        var usage = LocalOptions.Usage.Split('\n').Select(l => l.Trim()).ToList();
        var commands = usage.FindIndex(l => l.Contains("<command>", StringComparison.Ordinal));

        DocTable.AssertSame(
            File, usage.Where(l => l.StartsWith("--", StringComparison.Ordinal)).Select(l => l.Split(' ')[0]),
            DocTable.Read(File, "option").Select(r => DocTable.Words(r[0]).Single()));
        DocTable.AssertSame(
            File, usage.Skip(commands + 1).Select(l => Regex.Match(l, "^[a-z][a-z-]*(?= [<\\[]|  )").Value).Where(w => w.Length > 0),
            DocTable.Read(File, "command").Select(r => DocTable.Words(r[0]).Single()));
    }

    [Fact]
    public void WebSettings_WhenTheyHaveDefaults_StandWithThem()
    {
        var defaults = new HotlineWebOptions();
        var code = typeof(HotlineWebOptions).GetProperties()
            .Select(p => $"{p.Name} | {(p.GetValue(defaults) is IConvertible value ? $"`{value.ToString(CultureInfo.InvariantCulture)}`" : "none")}");

        DocTable.AssertSame(File, code, DocTable.Read(File, "setting").Select(r => $"{DocTable.Words(r[0]).Single()} | {r[1]}"));
    }

    [Fact]
    public void ProviderSettings_WhenAskedFor_StandWithTheirDefaults()
    {
        var none = new ConfigurationBuilder().Build();
        var code = ProviderSetup.Settings.Concat(MailAndTwilioSettings.Settings).SelectMany(p =>
        {
            var asked = new ProviderSettings(none, p.Provider);
            p.Read(asked);
            return asked.Asked.Select(a => $"{p.Provider}:{a.Name} | {(a.Default is "required" or "none" ? a.Default : $"`{a.Default}`")}");
        });

        DocTable.AssertSame(File, code, DocTable.Read(File, "provider setting").Select(r => $"{DocTable.Words(r[0]).Single()} | {r[1]}"));
    }

    [Fact]
    public void CloudSettings_WhenAskedFor_StandWithTheirDefaults()
    {
        var none = new ConfigurationBuilder().Build();
        var code = CloudSettings.Parts.Append((Part: QueuePlaces.Part, Read: s => QueuePlaces.Read(s))).SelectMany(p =>
        {
            var asked = new ProviderSettings(none, p.Part, "");
            p.Read(asked);
            return asked.Asked.Select(a => $"{p.Part}:{a.Name} | {(a.Default is "required" or "none" ? a.Default : $"`{a.Default}`")}");
        });

        DocTable.AssertSame(File, code, DocTable.Read(File, "cloud setting").Select(r => $"{DocTable.Words(r[0]).Single()} | {r[1]}"));
    }

    [Fact]
    public void Instruments_WhenTheCodeHasThem_StandWithTheirUnits() => DocTable.AssertSame(
        File, Telemetry.Instruments.Select(i => $"{i.Name} | {i.Unit}"), DocTable.Read(File, "instrument").Select(r => $"{DocTable.Words(r[0]).Single()} | {r[1]}"));

    [Fact]
    public void Folders_WhenNamedAsProjects_Exist() =>
        Assert.All(DocTable.Read(File, "project"), row => Assert.True(Directory.Exists(Path.Combine(DocTable.Root, DocTable.Words(row[0]).Single())), row[0]));

    private static List<string[]> StoreRows() => DocTable.Read(File, "table", "partition");

    private static string Span(TimeSpan span) => span < TimeSpan.FromMinutes(1) ? $"{span.TotalSeconds:0} s" : $"{span.TotalMinutes:0} min";

    private static IEnumerable<Ticket> Tickets()
    {
        var ticket = new Ticket
        {
            Number = "26030212345678",
            IncidentId = "0123456789abcdef",
            Channel = "web",
            ReceivedAt = new(2026, 3, 2, 2, 0, 0, TimeSpan.Zero),
            PersonHash = "abc",
            LeadUnitId = "city-housing",
            CoUnitIds = ["city-water"],
            Published = new(new(2026, 3, 9, 2, 0, 0, TimeSpan.Zero), false) { Text = "路灯不亮。" },
            Appeals =
            [
                new(Measure.Response, "wrongRecord", new(2026, 3, 9, 2, 0, 0, TimeSpan.Zero), "city-housing"),
                new(Measure.Resolution, "wrongRecord", new(2026, 3, 9, 2, 0, 0, TimeSpan.Zero), "city-housing") { Decision = new(true, new(2026, 3, 10, 2, 0, 0, TimeSpan.Zero), "s") },
            ],
            Limits = PolicySet.Default.LimitsFor(TicketType.Complaint, Priority.Normal, null)!,
        };
        var parked = ticket with { State = TicketState.InProgress, Parked = new("policyGap", ticket.ReceivedAt, ticket.ReceivedAt, ticket.ReceivedAt), Draft = new(ticket.ReceivedAt, "city-housing", null, []) };
        return Enum.GetValues<TicketState>().Select(state => ticket with { State = state, DeskReason = state == TicketState.Received ? DeskReasons.NoRule : null }).Append(parked);
    }
}
