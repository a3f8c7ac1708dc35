using HotlinePush.Channels.Email;
using HotlinePush.Notices.Sending;
using HotlinePush.Providers;
using MailKit.Security;
using Microsoft.Extensions.Logging.Abstractions;

namespace HotlinePush.Azure.Tests;

public sealed class BounceMailboxTests
{
    private const string ReturnPath = "bounces@city.example";
    private readonly List<(string Attempt, DeliveryState State, string? Code)> _applied = [];

    private BounceMailbox With(ImapTestServer server, Func<string, ReceiptResult>? result = null, string password = "s3cret") => new(
        new(new("127.0.0.1", server.Port, MailSecurity.Implicit, "bounces", password, server.Fingerprint), "Bounces-Done", "Bounces-Other", 5), ReturnPath,
        (attempt, state, code, _) =>
        {
            _applied.Add((attempt, state, code));
            return Task.FromResult(result?.Invoke(attempt) ?? ReceiptResult.Applied);
        },
        NullLogger<BounceMailbox>.Instance);

    private static string Bounce(int i, string action = "failed") => BounceReportTests.Dsn($"bounces+n1-0-{i}-1-abcdefghij@city.example", action, "5.1.1");

    [Fact]
    public async Task Mailbox_WhenRead_NotesReportsAndMovesEveryMail()
    {
        await using var server = new ImapTestServer();
        server.Put(Bounce(1));
        server.Put("From: a@people.example\r\nTo: bounces@city.example\r\nSubject: hello\r\n\r\nA person wrote.\r\n");
        server.Put(Bounce(2, "delayed"));
        server.Put(Bounce(3));

        Assert.Equal(3, await With(server).RunAsync(CancellationToken.None));

        Assert.Equal([("n1-0-1-1-abcdefghij", DeliveryState.Failed, "5.1.1"), ("n1-0-3-1-abcdefghij", DeliveryState.Failed, "5.1.1")], _applied);
        Assert.Empty(server.Folders["INBOX"]);
        Assert.Equal(3, server.Folders["Bounces-Done"].Count);
        Assert.Contains("A person wrote.", Assert.Single(server.Folders["Bounces-Other"]).Value, StringComparison.Ordinal);
        Assert.Equal(0, await With(server).RunAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Report_WhenTheAttemptIsNotOurs_IsLeftForAPerson()
    {
        await using var server = new ImapTestServer();
        server.Put(Bounce(1));

        await With(server, _ => ReceiptResult.Forged).RunAsync(CancellationToken.None);

        Assert.Single(server.Folders["Bounces-Other"]);
    }

    [Fact]
    public async Task Mail_WhenNotingItFails_StaysWhereItIs()
    {
        await using var server = new ImapTestServer();
        server.Put(Bounce(1));

        await Assert.ThrowsAsync<InvalidOperationException>(() => With(server, _ => throw new InvalidOperationException()).RunAsync(CancellationToken.None));
        Assert.Single(server.Folders["INBOX"]);

        // Cut between noting and moving: it is met again, and noted again without effect.
        server.CutAt = "UID MOVE";
        await Assert.ThrowsAnyAsync<Exception>(() => With(server).RunAsync(CancellationToken.None));
        Assert.Single(server.Folders["INBOX"]);
        server.CutAt = null;
        Assert.Equal(1, await With(server).RunAsync(CancellationToken.None));
        Assert.Single(server.Folders["Bounces-Done"]);
    }

    [Fact]
    public async Task Mailbox_WhenThePasswordIsWrong_IsNotRead()
    {
        await using var server = new ImapTestServer();
        server.Put(Bounce(1));

        await Assert.ThrowsAsync<AuthenticationException>(() => With(server, password: "wrong").RunAsync(CancellationToken.None));

        Assert.Empty(_applied);
        Assert.Single(server.Folders["INBOX"]);
    }
}
