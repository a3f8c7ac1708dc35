using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Reflection;
using System.Text;
using System.Text.Json;
using HotlinePush.Channels.Outbox;
using HotlinePush.Local;
using HotlinePush.Security;
using HotlinePush.Tests.Support;
using HotlinePush.Tickets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using static HotlinePush.Tests.Tickets.TicketScenario;

namespace HotlinePush.Tests.Tickets;

/// <summary>Marked personal data, traced through every exit of the product over a whole life: it reaches the desk and nobody else.</summary>
public sealed class LeakTests : IAsyncLifetime
{
    // ASCII, so that no escaping can hide them.
    private static readonly string[] Marks =
    [
        "QZXNAME", "19900017345", "9900017345", "qzx.mail@test.invalid", "QZXSUBJECT", "QZXWORDS", "30.1234567", "120.7654321", "QZXADDRESS", "QZXFOLLOWUP", "QZXCALLBACK", "QZXTAKENBY",
    ];

    private readonly PortLog _ports = new();
    private readonly EveryLine _lines = new();
    private readonly HotlineApp _app;
    private readonly List<(string Exit, string Text)> _exits = [];

    public LeakTests() => _app = new()
    {
        Change = services =>
        {
            _ports.Watch(services);
            services.AddSingleton<ILoggerProvider>(_lines);
            services.Configure<LoggerFilterOptions>(o =>
            {
                o.MinLevel = LogLevel.Trace;
                o.Rules.Clear();
                // The console would print it all.
                o.Rules.Add(new("Microsoft.Extensions.Logging.Console.ConsoleLoggerProvider", null, LogLevel.None, null));
            });
        },
    };

    public Task InitializeAsync() => _app.InitializeAsync();

    public Task DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task ProtectedReporter_OverAWholeLife_IsKnownToTheDeskAlone(bool confidential, bool anonymous)
    {
        var filed = await FileAsync(_app, Request(confidential, anonymous), idempotencyKey: "leak");
        Note("created", filed.Ok());
        var ticket = Of(_app, filed, "19900017345");
        Assert.Contains("QZXWORDS", (await ticket.SeenByAsync(Desk)).Ok().Text, StringComparison.Ordinal);

        if (filed.State == "Received")
            (await ticket.DeskAsync("dispatch", new { leadUnitId = "city-discipline", coUnitIds = new[] { "city-civil" }, unitText = "有群众反映作风问题。" })).Ok();
        await LookAroundAsync(ticket);
        await LiveAsync(ticket);
        await LookAroundAsync(ticket);
        await RefuseAsync();

        foreach (var entry in await ticket.ToldAsync())
        {
            Note($"outbox {entry.Purpose} to {entry.To}", entry.Subject + entry.Body);
            if (entry.To != ticket.Phone)
                Note($"outbox address of {entry.Purpose}", entry.To ?? "");
        }

        foreach (var message in _ports.Messages)
            Note("bus " + message.Type, message.MessageId + message.Body);
        foreach (var line in _lines.Lines)
            Note("log", line);
        Note("files", Files());

        var found = from exit in _exits from mark in Marks where exit.Text.Contains(mark, StringComparison.OrdinalIgnoreCase) select $"{mark} in {exit.Exit}";
        Assert.Empty(found.Distinct());
        Assert.True(_exits.Count > 100, $"only {_exits.Count} exits were looked at");
        Assert.Empty(_app.Warnings);
    }

    [Fact]
    public async Task Desk_LookingAtAConfidentialTicket_LeavesATraceEachTimeAndListsShowNoWords()
    {
        var ticket = Of(_app, (await FileAsync(_app, Request(true, false))).Ok(), "19900017345");
        (await ticket.SeenByAsync(Desk)).Ok();
        (await ticket.SeenByAsync(Supervisor, "/history")).Ok();
        (await ticket.SeenByAsync(Desk, "/clocks")).Ok();

        var looks = await AuditAsync(ticket, "look");
        Assert.Equal(3, looks.Count);
        Assert.Contains(looks, l => l.Actor.Role == Role.Supervisor);

        var list = (await SendAsync(_app, Desk, HttpMethod.Get, "/api/v1/tickets")).Ok();
        Assert.Contains(ticket.Number, list.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("QZX", list.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(ticket.Number, (await SendAsync(_app, Desk, HttpMethod.Get, "/api/v1/tickets?q=QZXWORDS")).Ok().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Phone_OfAnyTicket_IsMaskedUntilSomebodyRevealsItOnTheRecord()
    {
        var ticket = Of(_app, (await FileAsync(_app, Request(false, false))).Ok(), "19900017345");
        foreach (var key in new[] { Desk, Supervisor, ticket.LeadKey, Admin })
            Assert.DoesNotContain("9900017345", (await ticket.SeenByAsync(key)).Ok().Text, StringComparison.Ordinal);

        var revealed = await SendAsync(_app, ticket.LeadKey, HttpMethod.Post, $"/api/v1/tickets/{ticket.Number}/reveal", new { why = "约定上门" });

        Assert.Equal("+8619900017345", revealed.Ok()["phone"].GetString());
        Assert.Equal(ticket.Lead, Assert.Single(await AuditAsync(ticket, "reveal-contact")).Actor.UnitId);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(_app, KeyOf("water-group"), HttpMethod.Post, $"/api/v1/tickets/{ticket.Number}/reveal", new { })).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(_app, null, HttpMethod.Post, $"/api/v1/tickets/{ticket.Number}/reveal?code={ticket.Code}", new { })).Status);
    }

    [Fact]
    public async Task Reveal_OfAProtectedReporter_IsForTheDesk()
    {
        var ticket = Of(_app, (await FileAsync(_app, Request(true, false))).Ok(), "19900017345");
        (await ticket.DeskAsync("dispatch", new { leadUnitId = "city-discipline", unitText = "有群众反映作风问题。" })).Ok();

        (await SendAsync(_app, ticket.LeadKey, HttpMethod.Post, $"/api/v1/tickets/{ticket.Number}/reveal", new { })).Refused(HttpStatusCode.Forbidden, "forbidden");
        (await SendAsync(_app, Desk, HttpMethod.Post, $"/api/v1/tickets/{ticket.Number}/reveal", new { why = "回访" })).Ok();
    }

    /// <summary>Whoever adds a text to what is stored decides here whether it is about a person.</summary>
    [Fact]
    public void StoredText_NotMarkedPersonal_IsOneOfTheseThatTellNothingOfAPerson()
    {
        string[] harmless =
        [
            "Actor.Id", "Actor.UnitId", "Alarm.Dial", "Alarm.Words", "AnsweredAtDesk.ArticleId", "AnswerGiven.UnitId",
            "ClockSegment.Holder", "ClockSegment.Why", "DuplicateJoined.Number", "DuplicateLeft.Number",
            "ExtensionDecided.Reason", "ExtensionRequested.Reason", "ExtensionRequest.Reason",
            "OutboxEntry.DeliveryId", "OutboxEntry.Id", "OutboxEntry.NoticeId", "OutboxEntry.Purpose", "OutboxEntry.Subject", "OutboxEntry.TicketNumber",
            // What a file is, and the event a call was about; its name is personal.
            "AttachedToIncident.IncidentId", "Attachment.Id", "Attachment.Kind", "Attachment.UnitId", "AttachmentAdded.Id", "AttachmentAdded.Kind",
            "Ticket.IncidentId", "Ticket.MasterOf", "TicketReceived.MasterOf",
            // A hash of what the telephone system calls a call.
            "CallLinked.CallId", "LinkedCall.Id",
            // Which score was contested, by which unit, and who decided.
            "Appeal.Reason", "Appeal.UnitId", "AppealDecision.ActorId", "Recorded.ActorId", "PersonalDataDeleted.Reason", "ScoreAppealed.Reason", "TicketRechecked.RecheckId",
            // Which unit did what with others.
            "AnswerDrafted.UnitId", "Delegation.ByUnitId", "Delegation.UnitId", "DelegateAnswered.ToUnitId", "DelegateAnswered.UnitId", "DelegationRecalled.ByUnitId",
            "DelegationRecalled.UnitIds", "Draft.UnitId", "DraftDecided.UnitId", "Opinion.UnitId", "OpinionGiven.UnitId", "OrderGiven.Holder", "Parked.Reason",
            "TicketDelegated.ByUnitId", "TicketDelegated.UnitId", "TicketEvent.RecordedFor", "TicketParked.Reason", "UnitsJoined.UnitIds",
            "ReminderFellDue.Holder", "ReturnRequested.Reason", "ReturnRequest.Reason",
            "Suggestion.CategoryId", "Suggestion.CategoryName", "Suggestion.UnitId", "SuspensionDecided.Reason", "SuspensionRequested.Reason",
            "Ticket.AreaId", "Ticket.CategoryId", "Ticket.Channel", "Ticket.CoUnitIds", "Ticket.DeskReason", "Ticket.DispatchRule", "Ticket.EndReason", "Ticket.ExternalId",
            "Ticket.Joined", "Ticket.LeadUnitId", "Ticket.MergedInto", "Ticket.NamedUnitIds", "Ticket.Number", "Ticket.PersonHash", "Ticket.Source", "Ticket.SuspensionRequest",
            "TicketAnswer.UnitId", "TicketDeclined.Reason", "TicketDispatched.AreaId", "TicketDispatched.CategoryId", "TicketDispatched.CoUnitIds", "TicketDispatched.LeadUnitId",
            "TicketDispatched.Rule", "TicketEvent.MessageId", "TicketHandedOver.Service", "TicketHeldForDesk.AreaId", "TicketHeldForDesk.CategoryId", "TicketHeldForDesk.Reason", "TicketMerged.Into",
            "TicketReceived.AreaId", "TicketReceived.CategoryId", "TicketReceived.Channel", "TicketReceived.ExternalId", "TicketReceived.NamedUnitIds", "TicketReceived.Number",
            "TicketReceived.PersonHash", "TicketReceived.Source", "TicketTerminated.Reason",
            // What was decided on an application, and what became of it; who took a ticket over.
            "DisclosureCase.ArticleId", "DisclosureDecided.Decision", "DisclosureDecided.Ground", "DisclosureDecision.Decision", "DisclosureDecision.Ground", "MadeProactive.ArticleId",
            "TicketTakenOver.UnitId",
        ];
        Type[] roots = [typeof(Ticket), typeof(OutboxEntry), .. typeof(TicketEvent).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(TicketEvent)))];
        var found = new SortedSet<string>(StringComparer.Ordinal);
        var seen = new HashSet<Type>();
        foreach (var root in roots)
            Visit(root);

        Assert.Equal(harmless.Order(StringComparer.Ordinal), found);

        void Visit(Type type)
        {
            if (!seen.Add(type))
                return;
            foreach (var argument in type.GetGenericArguments())
                Visit(argument);
            if (type.Namespace?.StartsWith("HotlinePush", StringComparison.Ordinal) != true)
                return;
            foreach (var property in type.GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(p => p.CanWrite && p.GetCustomAttribute<PersonalAttribute>() is null))
            {
                if (property.PropertyType == typeof(string) || property.PropertyType == typeof(ImmutableArray<string>))
                    found.Add($"{property.DeclaringType!.Name}.{property.Name}");
                Visit(property.PropertyType);
            }
        }
    }

    private static object Request(bool confidential, bool anonymous) => new
    {
        type = "Complaint",
        subject = "噪音扰民 QZXSUBJECT",
        description = "夜间施工噪音 QZXWORDS，请处理。",
        categoryId = NoiseCategory,
        areaId = "990101001",
        location = new { lat = 30.1234567, lng = 120.7654321, address = "QZXADDRESS 号" },
        contact = new { name = "QZXNAME", phone = "19900017345", email = "qzx.mail@test.invalid", confidential, anonymous },
    };

    /// <summary>A life with every action in it that carries words.</summary>
    private async Task LiveAsync(TicketScenario ticket)
    {
        Note("unit signs", (await ticket.LeadAsync("sign")).Ok());
        Note("follow-up", (await ticket.ResidentAsync("follow-up", new { text = "补充 QZXFOLLOWUP" })).Ok());
        Note("urge", (await ticket.ResidentAsync("urge")).Ok());
        Note("unit contacts", (await ticket.LeadAsync("contact")).Ok());
        Note("unit extends", (await ticket.LeadAsync("extend", new { workingDays = 2, reason = "complex" })).Ok());
        (await ticket.SupervisorAsync("decide-extension", new { approve = true })).Ok();
        Note("unit suspends", (await ticket.LeadAsync("suspend", new { reason = "thirdParty" })).Ok());
        (await ticket.DeskAsync("decide-suspension", new { approve = true })).Ok();
        Note("unit resumes", (await ticket.LeadAsync("resume")).Ok());
        Note("unit answers", (await ticket.LeadAsync("answer", new { text = "已处理。" })).Ok());
        (await ticket.DeskAsync("audit", new { accept = true })).Ok();
        (await ticket.DeskAsync("callback", new { reached = true, resolved = false, satisfied = false, note = "QZXCALLBACK" })).Ok();
        await LookAroundAsync(ticket);
        Note("unit answers again", (await ticket.LeadAsync("answer", new { text = "再次处理。" })).Ok());
        (await ticket.DeskAsync("audit", new { accept = true })).Ok();
        Note("rating", (await ticket.RateAsync(true, true, "QZXCALLBACK")).Ok());
        await _app.AdvanceAsync(TimeSpan.FromSeconds(1));
    }

    /// <summary>Everything that everybody but desk and supervisor can see of it.</summary>
    private async Task LookAroundAsync(TicketScenario ticket)
    {
        foreach (var key in new[] { ticket.LeadKey, KeyOf("city-civil"), KeyOf("city-environment"), KeyOf("water-group"), Admin, "demo-publisher", null })
        {
            foreach (var path in new[] { "", "/history", "/clocks" })
                Note($"{key} {path}", await ticket.SeenByAsync(key, path));
            foreach (var state in new[] { "open", "signed", "overdue", "closed" })
                Note($"{key} list {state}", await SendAsync(_app, key, HttpMethod.Get, $"/api/v1/units/{ticket.Lead}/tickets?state={state}"));
            Note($"{key} city list", await SendAsync(_app, key, HttpMethod.Get, "/api/v1/tickets?q=%E5%99%AA%E9%9F%B3"));
            Note($"{key} sign", await ticket.ActAsync(key is null || key == ticket.LeadKey ? KeyOf("water-group") : key, "sign"));
        }

        foreach (var path in new[] { "", "/clocks" })
            Note("resident " + path, (await ticket.SeenByResidentAsync(path)).Ok());
    }

    /// <summary>Refusals do not repeat what they refuse.</summary>
    private async Task RefuseAsync()
    {
        Note("bad phone", await FileAsync(_app, new { type = "Help", subject = "QZXSUBJECT", description = "QZXWORDS", contact = new { phone = "199-QZXNAME" } }));
        Note("bad type", await FileAsync(_app, new { type = "QZXWORDS", subject = "a", description = "b", contact = new { anonymous = true } }));
        Note("bad area", await FileAsync(_app, new { type = "Help", subject = "a", description = "b", areaId = "QZXADDRESS", contact = new { anonymous = true } }));
        Note("no contact", await FileAsync(_app, new { type = "Help", subject = "QZXSUBJECT", description = "QZXWORDS", contact = new { name = "QZXNAME" } }));
        Note("too long", await FileAsync(_app, new { type = "Help", subject = new string('长', 300) + "QZXSUBJECT", description = "QZXWORDS", contact = new { email = "qzx.mail@@test.invalid" } }));
        Note("other body under the key", await FileAsync(_app, new { type = "Help", subject = "QZXSUBJECT", description = "QZXWORDS", contact = new { anonymous = true } }, idempotencyKey: "leak"));
    }

    private void Note(string exit, Answer answer) => Note(exit, answer.Text);

    private void Note(string exit, string text) => _exits.Add((exit, text));

    /// <summary>Every byte of the data folder, as far as the store lets others read it.</summary>
    private string Files()
    {
        var all = new StringBuilder();
        foreach (var path in Directory.EnumerateFiles(_app.Services().GetRequiredService<LocalOptions>().Data, "*", SearchOption.AllDirectories))
        {
            try
            {
                using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                using var bytes = new MemoryStream();
                file.CopyTo(bytes);
                all.Append(Encoding.Latin1.GetString(bytes.ToArray()));
            }
            catch (IOException) when (path.EndsWith("lock", StringComparison.Ordinal))
            {
            }
        }

        Assert.True(all.Length > 50_000, "the store's files were not read");
        return all.ToString();
    }

    private async Task<List<AuditEntry>> AuditAsync(TicketScenario ticket, string action)
    {
        var day = await _app.Services().GetRequiredService<AuditLog>().ReadDayAsync(new DateOnly(2026, 3, 2), 1000);
        return [.. day.Items.Where(e => e.Subject == ticket.Number && e.Action == action)];
    }

    private sealed class EveryLine : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IEnumerable<string> Lines => _lines;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull
        {
            _lines.Enqueue(state.ToString() ?? "");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
