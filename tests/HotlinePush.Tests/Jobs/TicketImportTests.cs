using System.Text;
using HotlinePush.Jobs;
using HotlinePush.Messaging;
using HotlinePush.Tickets;
using HotlinePush.Tickets.Import;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Jobs;

public sealed class TicketImportTests
{
    private const string Header = "subject,body,received_at,type,category,area,phone\n";

    [Fact]
    public async Task Import_WhenRowsAreGood_MakesATicketOfEachWithItsOwnPast()
    {
        var bench = new ImportBench();

        var (job, errors) = await bench.ImportAsync(Header
            + "路灯不亮,和平路的路灯坏了,2019-02-28T11:25:05,,,,\n"
            + "工地扬尘,\"第一行\n第二行，有\"\"引号\"\"\",2020/3/1 9:05,求助,城乡建设/安全生产/安全隐患,滨江,138 0000 1234\n"
            + "查档案,怎么查,2021-05-06T07:08:09+09:00,Inquiry,city-safe,0102,+8613800001234\n");

        Assert.Empty(errors);
        Assert.Equal((JobState.Done, 3, 3), (job.State, job.Done, job.Total));
        var tickets = await bench.TicketsAsync();
        Assert.Equal(3, tickets.Count);
        Assert.Equal((TicketType.Complaint, true, null), (tickets[0].Type, tickets[0].Anonymous, tickets[0].CategoryId));
        Assert.Equal(new DateTimeOffset(2019, 2, 28, 11, 25, 5, TimeSpan.FromHours(8)), tickets[0].ReceivedAt);
        Assert.StartsWith("190228", tickets[0].Number, StringComparison.Ordinal);
        Assert.Equal("第一行\n第二行，有\"引号\"", tickets[1].Description);
        Assert.Equal((TicketType.Help, "city-safe-risk", "0101", "+8613800001234"), (tickets[1].Type, tickets[1].CategoryId, tickets[1].AreaId, tickets[1].Contact!.Phone));
        Assert.Equal((TicketType.Inquiry, "city-safe", "0102"), (tickets[2].Type, tickets[2].CategoryId, tickets[2].AreaId));
        Assert.Equal(tickets[1].PersonHash, tickets[2].PersonHash);
        Assert.All(tickets, t => Assert.True(t is { Imported: true, Alarm: null, DeskReason: DeskReasons.NoRule }));
        Assert.Equal(0, bench.Files.Count);
    }

    [Fact]
    public async Task Import_WhenRowsAreBad_TakesTheGoodOnesAndNamesTheOthersAsASpreadsheetDoes()
    {
        var bench = new ImportBench();

        var (job, errors) = await bench.ImportAsync(Header
            + ",body,2020-01-01 08:00,,,,\n"
            + "\n"
            + "s,\"two\nlines\",1988-12-31 23:59,,,,\n"
            + "s,b,2026-11-23T09:00:01+08:00,,,,\n"
            + "s,b,31.12.2020,,,,\n"
            + "s,b,2020-01-01,Gripe,x/y,和平街道,12\n"
            + "s,b,2020-01-01,,,北区,,too,many\n"
            + "good,b,2020-01-01,,,,\n"
            + "s\u0001,b,2020-01-01\n"
            + "good,short row,2020-01-02\n");

        Assert.Equal((JobState.Done, 9, 9, 2), (job.State, job.Done, job.Total, (await bench.TicketsAsync()).Count));
        Assert.Equal(
            [
                (2, "subject", "required"), (4, "received_at", "outOfRange"), (5, "received_at", "outOfRange"), (6, "received_at", "badTime"),
                (7, "type", "unknownWord"), (7, "category", "unknownCategory"), (7, "area", "ambiguousArea"), (7, "phone", "badPhone"),
                (8, null, "tooManyCells"), (10, "subject", "badText"),
            ],
            errors.Select(e => (e.Row, e.Column, e.Code)));
        Assert.Equal(errors.Count, job.ErrorCount);
    }

    [Fact]
    public async Task Import_WhenAQuoteNeverCloses_SaysSoAndKeepsWhatCameBefore()
    {
        var bench = new ImportBench();

        var (job, errors) = await bench.ImportAsync("subject,body,received_at\ngood,b,2020-01-01\nbad,\"b,2020-01-01\nlost,b,2020-01-01\n");

        Assert.Equal((JobState.Done, 1), (job.State, (await bench.TicketsAsync()).Count));
        Assert.Equal((3, "unclosedQuote"), errors.Select(e => (e.Row, e.Code)).Single());
    }

    [Fact]
    public async Task Import_WhenColumnsAreUnknown_IgnoresAndNamesThem()
    {
        var bench = new ImportBench();

        var (job, errors) = await bench.ImportAsync("id,Received_At,BODY, subject ,likes\n7,2020-01-01,b,s,3\n");

        Assert.Empty(errors);
        Assert.Equal(["id", "likes"], job.IgnoredColumns);
        Assert.Equal("s", Assert.Single(await bench.TicketsAsync()).Subject);
    }

    [Theory]
    [InlineData("subject,text\na,b\n", "missingColumn", "body")]
    [InlineData("subject;body;received_at\na;b;2020-01-01\n", "missingColumn", "subject")]
    [InlineData("subject,body,received_at,Body\na,b,2020-01-01,c\n", "duplicateColumn", "body")]
    [InlineData("\n", "missingColumn", "subject")]
    [InlineData("PK\u0003\u0004\0\0", "notCsv", null)]
    public async Task Import_WhenTheHeaderIsWrong_FailsWithTheReasonAndTakesNothing(string csv, string code, string? column)
    {
        var bench = new ImportBench();

        var (job, errors) = await bench.ImportAsync(csv);

        Assert.Equal(JobState.Failed, job.State);
        Assert.Equal((1, column, code), errors.Select(e => (e.Row, e.Column, e.Code)).First());
        Assert.Empty(await bench.TicketsAsync());
        Assert.Equal(0, bench.Files.Count);
    }

    [Theory]
    [InlineData("utf-8", true)]
    [InlineData("utf-8", false)]
    [InlineData("utf-16", true)]
    [InlineData("utf-16BE", true)]
    [InlineData("gb18030", false)]
    public async Task Import_WhateverTheEncoding_ReadsTheSameWords(string encoding, bool mark)
    {
        var bench = new ImportBench();
        var text = (mark ? "\uFEFF" : "") + "subject,body,received_at\r\n路灯不亮,𠮷祥路的路灯坏了,2020-01-01 08:00\r\n";

        var (_, errors) = await bench.ImportAsync(TextEncoding.Of(encoding).GetBytes(text));

        Assert.Empty(errors);
        var ticket = Assert.Single(await bench.TicketsAsync());
        Assert.Equal(("路灯不亮", "𠮷祥路的路灯坏了"), (ticket.Subject, ticket.Description));
    }

    [Fact]
    public async Task Import_WhenOneByteOfUtf8IsDamaged_BlamesItsRowAlone()
    {
        var bench = new ImportBench();
        var bytes = Encoding.UTF8.GetBytes("subject,body,received_at\n路灯不亮,和平路的路灯坏了,2020-01-01\n路灯不亮,长江路的路灯@坏了,2020-01-02\n");
        bytes[Array.IndexOf(bytes, (byte)'@')] = 0xFF;

        var (job, errors) = await bench.ImportAsync(bytes);

        Assert.Equal((3, "body", "badEncoding"), errors.Select(e => (e.Row, e.Column, e.Code)).Single());
        Assert.Equal((2, "和平路的路灯坏了"), (job.Done, Assert.Single(await bench.TicketsAsync()).Description));
    }

    [Fact]
    public async Task Import_WhenCategoriesAreConfirmed_TeachesThemAtTheEnd()
    {
        var bench = new ImportBench();

        var (job, _) = await bench.ImportAsync(Header + "s1,b1,2020-01-01,,城乡建设,,\ns2,b2,2020-01-01,,,,\n,b3,2020-01-01,,city,,\n");

        Assert.Equal([new ConfirmedText($"{job.Id}-2", "s1\nb1", "city")], bench.Learnt);
    }

    [Fact]
    public async Task Import_WhenErrorsAreMany_KeepsTheFirstThousandAndCountsAll()
    {
        var bench = new ImportBench();

        var (job, errors) = await bench.ImportAsync("subject,body,received_at\n" + string.Concat(Enumerable.Repeat("s,,\n", 700)));

        Assert.Equal((1400, Job.MaxErrors, 700), (job.ErrorCount, errors.Count, job.Done));
        Assert.Equal((2, 501), (errors[0].Row, errors[^1].Row));
    }

    /// <summary>A worker killed after each number of commits in turn; whoever has the message next finishes, and nothing is there twice.</summary>
    [Fact]
    public async Task Import_WhenTheWorkerIsKilledAnywhere_EndsWithOneTicketPerRow()
    {
        const int rows = 230;
        var csv = "subject,body,received_at\n" + string.Concat(Enumerable.Range(0, rows).Select(i => i % 10 == 9 ? "s,,2020-01-01\n" : $"s{i},b,2020-01-01 08:00\n"));
        for (var commits = 0; commits < 1_200; commits += 1 + commits / 6)
        {
            var bench = new ImportBench();
            var id = await bench.StartAsync(csv);
            var message = Assert.Single(await bench.Bus.ReceiveAsync(Queues.Jobs, 1, TimeSpan.FromHours(1), default));
            bench.Store.DieAfter(commits);
            var handler = bench.Services.GetRequiredService<ImportHandler>();
            try
            {
                while (true)
                {
                    var body = System.Text.Json.JsonSerializer.Deserialize<ImportTickets>(message.Body, MessageJson.Options)!;
                    await handler.RunAsync(body, default);
                    if (await bench.Bus.ReceiveAsync(Queues.Jobs, 1, TimeSpan.FromHours(1), default) is not [var next])
                        break;
                    message = next;
                }
            }
            catch (DyingStore.Killed)
            {
            }

            bench.Store.DieAfter(int.MaxValue);
            // Redelivered, the same message; and what the dead worker left pending is swept.
            await bench.Bus.SettleAsync(message, new Settlement.Retry(TimeSpan.Zero, "killed"));
            await bench.Services.GetRequiredService<PendingSweep>().RunAsync(TimeSpan.FromSeconds(-1), default);
            await bench.RunAsync();
            await bench.Services.GetRequiredService<PendingSweep>().RunAsync(TimeSpan.FromSeconds(-1), default);
            await bench.RunAsync();

            var job = await bench.JobAsync(id);
            Assert.Equal((JobState.Done, rows, rows, rows / 10), (job.State, job.Done, job.Total, job.ErrorCount));
            var tickets = await bench.TicketsAsync();
            Assert.Equal(rows - rows / 10, tickets.Count);
            Assert.Equal(tickets.Count, tickets.Select(t => t.ExternalId).Distinct().Count());
            Assert.Equal(0, bench.Files.Count);
        }
    }

    [DataFact]
    public async Task Import_OfRealMessages_TakesEveryRow()
    {
        var bench = new ImportBench();

        var (job, errors) = await bench.ImportAsync(await File.ReadAllBytesAsync(RealData.File("messages-liked.csv")));

        Assert.Empty(errors);
        Assert.Equal((JobState.Done, 4326, 4326), (job.State, job.Done, job.Total));
        Assert.Equal(["id", "reporter", "dislikes", "likes"], job.IgnoredColumns);
    }
}
