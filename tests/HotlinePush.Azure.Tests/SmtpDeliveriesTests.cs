using System.Text;
using HotlinePush.Channels;
using HotlinePush.Channels.Email;
using HotlinePush.Clocks;
using HotlinePush.Providers;
using Microsoft.Extensions.Logging.Abstractions;
using MimeKit;

namespace HotlinePush.Azure.Tests;

public sealed class SmtpDeliveriesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 1, 30, 0, TimeSpan.Zero);

    private static SmtpDeliveries With(SmtpTestServer server, MailSecurity security, string password = SmtpTestServer.Password, string? fingerprint = null, int connections = 4, int? port = null) => new(
        new(new("127.0.0.1", port ?? server.Port, security, SmtpTestServer.User, password, fingerprint ?? server.Fingerprint), "notices@city.example", "某市12345热线", "bounces@city.example", connections, 600),
        new ProductClock(new Frozen()), NullLogger<SmtpDeliveries>.Instance);

    private static DeliveryText Text(int i, string? subject = "关于补贴发放的通知", string body = "您好：\n详情 https://12345.example/n/abc。", string? unsubscribe = null) => new(
        $"n20260302000001-0-{i}-1-abcdefghij", ChannelKind.Email, $"p{i}@people.example", subject, body, "n20260302000001", $"n20260302000001-0-{i}", UnsubscribeUrl: unsubscribe);

    [Theory]
    [InlineData(MailSecurity.StartTls)]
    [InlineData(MailSecurity.Implicit)]
    [InlineData(MailSecurity.None)]
    public async Task Texts_WhenAccepted_GoOverOneConnectionInBothForms(MailSecurity security)
    {
        await using var server = new SmtpTestServer(security);
        using var channel = With(server, security);

        var first = await channel.SendAsync([Text(1), Text(2)], CancellationToken.None);
        var second = await channel.SendAsync([Text(3)], CancellationToken.None);

        Assert.All(first.Concat(second), o => Assert.Equal(new SendOutcome.Accepted("4BDF12C0FFEE"), o));
        Assert.Equal(1, server.Connections);
        Assert.Equal(["p1@people.example", "p2@people.example", "p3@people.example"], server.Mails.Select(m => m.RcptTo));
        var mail = server.Mails.First();
        var message = mail.Message;
        Assert.Equal("关于补贴发放的通知", message.Subject);
        Assert.Equal(Now, message.Date);
        Assert.Equal(TimeSpan.FromHours(8), message.Date.Offset);
        Assert.Equal("某市12345热线", message.From.Mailboxes.Single().Name);
        Assert.Equal("multipart/alternative", message.Body!.ContentType.MimeType);
        Assert.Equal("您好：\n详情 https://12345.example/n/abc。", message.TextBody!.ReplaceLineEndings("\n").TrimEnd('\n'));
        Assert.Contains("<a href=\"https://12345.example/n/abc\">", message.HtmlBody, StringComparison.Ordinal);
        Assert.Equal("auto-generated", message.Headers[HeaderId.AutoSubmitted]);
        // Seven bits all through, whatever the server takes.
        Assert.DoesNotContain(mail.Raw, b => b > 127);
    }

    [Fact]
    public async Task Envelope_WhenSent_NamesTheAttempt()
    {
        await using var server = new SmtpTestServer(MailSecurity.None);
        using var channel = With(server, MailSecurity.None);

        await channel.SendAsync([Text(7)], CancellationToken.None);

        var id = Text(7).AttemptId;
        var mail = server.Mails.Single();
        Assert.Equal($"bounces+{id}@city.example", mail.MailFrom);
        Assert.Equal($"{id}@city.example", mail.Message.MessageId);
        Assert.Equal(id, mail.Message.Headers["X-HotlinePush-Attempt"]);
        Assert.Equal("EHLO city.example", server.Commands.First());
        using var decoded = new MemoryStream();
        mail.Message.BodyParts.OfType<MimePart>().First().Content!.DecodeTo(decoded);
        Assert.Contains("：\r\n", Encoding.UTF8.GetString(decoded.ToArray()), StringComparison.Ordinal);
        Assert.Contains(server.Commands, c => c.StartsWith("MAIL", StringComparison.Ordinal) && c.Contains($"ENVID={id}", StringComparison.Ordinal) && c.Contains("RET=HDRS", StringComparison.Ordinal));
        Assert.Contains(server.Commands, c => c.StartsWith("RCPT", StringComparison.Ordinal) && c.Contains("NOTIFY=FAILURE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Unsubscribe_WhenThereIsAWay_StandsInBothHeadersWhole()
    {
        await using var server = new SmtpTestServer(MailSecurity.None);
        using var channel = With(server, MailSecurity.None);
        var url = "https://12345.example/unsubscribe/n20260302000001-123-456-abcdefghij" + new string('x', 80);

        await channel.SendAsync([Text(1, unsubscribe: url), Text(2)], CancellationToken.None);

        var (with, without) = (server.Mails.First(), server.Mails.Last());
        Assert.Contains($"<{url}>", with.Text, StringComparison.Ordinal);
        Assert.Contains("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", with.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("List-Unsubscribe", without.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("通知\r\nBcc: everybody@evil.example")]
    [InlineData("通知\nX-Evil: 1")]
    [InlineData("a\r\n\r\n<script>")]
    public async Task Subject_WhenItHoldsLineEnds_AddsNoHeader(string subject)
    {
        await using var server = new SmtpTestServer(MailSecurity.None);
        using var channel = With(server, MailSecurity.None);

        await channel.SendAsync([Text(1, subject)], CancellationToken.None);

        var message = server.Mails.Single().Message;
        Assert.Equal(subject.Replace("\r", " ", StringComparison.Ordinal).Replace("\n", " ", StringComparison.Ordinal), message.Subject);
        Assert.Null(message.Headers["Bcc"]);
        Assert.Null(message.Headers["X-Evil"]);
        Assert.StartsWith("您好", message.TextBody, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("p1@people.example>\r\nRCPT TO:<all@evil.example")]
    [InlineData("p1@people.example, all@evil.example")]
    [InlineData("nobody")]
    public async Task Address_WhenItIsNone_IsRefusedWithoutAWordToTheServer(string to)
    {
        await using var server = new SmtpTestServer(MailSecurity.None);
        using var channel = With(server, MailSecurity.None);

        var outcomes = await channel.SendAsync([Text(1) with { To = to }, Text(2)], CancellationToken.None);

        Assert.False(channel.Takes(to));
        var refused = Assert.IsType<SendOutcome.NotAccepted>(outcomes[0]);
        Assert.Equal(("badMail", true), (refused.Code, refused.Retry.Never));
        Assert.IsType<SendOutcome.Accepted>(outcomes[1]);
        Assert.Equal("p2@people.example", server.Mails.Single().RcptTo);
    }

    [Theory]
    [InlineData("RCPT", "550 5.1.1 no such user", "5.1.1", "never")]
    [InlineData("RCPT", "550 no such user", "550", "never")]
    [InlineData("RCPT", "450 4.2.0 greylisted", "4.2.0", "later")]
    [InlineData("RCPT", "451 4.3.0 trouble here", "4.3.0", "outage")]
    [InlineData("MAIL", "550 5.7.1 you may not send", "5.7.1", "outage")]
    [InlineData("MAIL", "452 4.3.1 disk full", "4.3.1", "outage")]
    [InlineData("DATA", "554 5.5.1 no", "5.5.1", "never")]
    public async Task Refusal_BeforeTheMail_IsProof(string verb, string answer, string code, string advice)
    {
        await using var server = new SmtpTestServer(MailSecurity.None) { OnCommand = c => c.StartsWith(verb, StringComparison.Ordinal) ? answer : null };
        using var channel = With(server, MailSecurity.None);

        var outcome = Assert.IsType<SendOutcome.NotAccepted>((await channel.SendAsync([Text(1)], CancellationToken.None)).Single());

        Assert.Equal((code, advice), (outcome.Code, Advice(outcome)));
    }

    [Theory]
    [InlineData("554 5.7.1 looks like spam", "5.7.1", "never")]
    [InlineData("451 4.7.0 later", "4.7.0", "later")]
    [InlineData("421 4.3.2 closing", "4.3.2", "outage")]
    public async Task Refusal_AfterTheMail_IsProofToo(string answer, string code, string advice)
    {
        await using var server = new SmtpTestServer(MailSecurity.None) { OnEnd = m => m.RcptTo.StartsWith("p1@", StringComparison.Ordinal) ? answer : null };
        using var channel = With(server, MailSecurity.None);

        var outcomes = await channel.SendAsync([Text(1), Text(2)], CancellationToken.None);

        var outcome = Assert.IsType<SendOutcome.NotAccepted>(outcomes[0]);
        Assert.Equal((code, advice), (outcome.Code, Advice(outcome)));
        // The next one goes all the same, if need be over a new connection.
        Assert.IsType<SendOutcome.Accepted>(outcomes[1]);
    }

    [Theory]
    [InlineData("MAIL")]
    [InlineData("RCPT")]
    [InlineData("DATA")]
    public async Task Cut_BeforeTheMail_IsProofAndTheNextOneConnectsAnew(string verb)
    {
        var cuts = 0;
        await using var server = new SmtpTestServer(MailSecurity.StartTls) { OnCommand = c => c.StartsWith(verb, StringComparison.Ordinal) && cuts++ == 0 ? SmtpTestServer.Cut : null };
        using var channel = With(server, MailSecurity.StartTls);

        var outcomes = await channel.SendAsync([Text(1), Text(2)], CancellationToken.None);

        Assert.Equal(("connectionLost", "outage"), (((SendOutcome.NotAccepted)outcomes[0]).Code, Advice(outcomes[0])));
        Assert.IsType<SendOutcome.Accepted>(outcomes[1]);
        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public async Task Cut_WithinALongMail_IsProof()
    {
        await using var server = new SmtpTestServer(MailSecurity.None) { CutWithin = 4_096 };
        using var channel = With(server, MailSecurity.None);
        var body = new StringBuilder();
        for (var i = 0; i < 400_000; i++)
            body.Append("十二个字的一行到此为止了\n");

        var outcome = (await channel.SendAsync([Text(1, body: body.ToString())], CancellationToken.None)).Single();

        Assert.Equal("connectionLost", Assert.IsType<SendOutcome.NotAccepted>(outcome).Code);
        Assert.Empty(server.Mails);
    }

    [Fact]
    public async Task Cut_AfterTheDot_LeavesTheEndOpenAndIsNotTriedAgain()
    {
        await using var server = new SmtpTestServer(MailSecurity.StartTls) { OnEnd = m => m.RcptTo.StartsWith("p1@", StringComparison.Ordinal) ? SmtpTestServer.Cut : null };
        using var channel = With(server, MailSecurity.StartTls);

        var outcomes = await channel.SendAsync([Text(1), Text(2)], CancellationToken.None);

        Assert.Equal(new SendOutcome.Unknown("connectionLost"), outcomes[0]);
        Assert.IsType<SendOutcome.Accepted>(outcomes[1]);
        Assert.Equal(2, server.Commands.Count(c => c == "DATA"));
    }

    [Fact]
    public async Task Silence_AfterTheDot_LeavesTheEndOpenWhenTheSliceIsCut()
    {
        using var cut = new CancellationTokenSource();
        await using var server = new SmtpTestServer(MailSecurity.None)
        {
            OnEnd = _ =>
            {
                cut.Cancel();
                return "";
            },
        };
        using var channel = With(server, MailSecurity.None);

        var outcomes = await channel.SendAsync([Text(1), Text(2)], cut.Token);

        Assert.Equal(new SendOutcome.Unknown("timeout"), outcomes[0]);
        Assert.Equal("notBegun", Assert.IsType<SendOutcome.NotAccepted>(outcomes[1]).Code);
    }

    [Fact]
    public async Task IdleConnection_WhenTheServerClosedIt_CostsNoMail()
    {
        await using var server = new SmtpTestServer(MailSecurity.None) { OnCommand = c => c == "NOOP" ? SmtpTestServer.Cut : null };
        using var channel = With(server, MailSecurity.None);

        await channel.SendAsync([Text(1)], CancellationToken.None);
        var later = await channel.SendAsync([Text(2)], CancellationToken.None);

        Assert.IsType<SendOutcome.Accepted>(later.Single());
        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public async Task Password_WhenWrong_IsAnOutageForAllAndNothingIsSent()
    {
        await using var server = new SmtpTestServer(MailSecurity.StartTls);
        using var channel = With(server, MailSecurity.StartTls, password: "wrong");

        var outcomes = await channel.SendAsync([Text(1), Text(2)], CancellationToken.None);

        Assert.All(outcomes, o => Assert.Equal(("authRefused", "outage"), (((SendOutcome.NotAccepted)o).Code, Advice(o))));
        Assert.DoesNotContain(server.Commands, c => c.StartsWith("MAIL", StringComparison.Ordinal));
        Assert.Equal(1, server.Connections);
    }

    [Theory]
    [InlineData(MailSecurity.StartTls)]
    [InlineData(MailSecurity.Implicit)]
    public async Task Certificate_WhenNobodyVouchesForIt_GetsNoPassword(MailSecurity security)
    {
        await using var server = new SmtpTestServer(security);
        using var channel = With(server, security, fingerprint: new('0', 64));

        var outcome = (await channel.SendAsync([Text(1)], CancellationToken.None)).Single();

        Assert.Equal(("tlsFailed", "outage"), (Assert.IsType<SendOutcome.NotAccepted>(outcome).Code, Advice(outcome)));
        Assert.DoesNotContain(server.Commands, c => c.StartsWith("AUTH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task StartTls_WhenNotOffered_SendsNothingInTheClear()
    {
        await using var server = new SmtpTestServer(MailSecurity.None);
        using var channel = With(server, MailSecurity.StartTls);

        var outcome = (await channel.SendAsync([Text(1)], CancellationToken.None)).Single();

        Assert.Equal(("notSupported", "outage"), (Assert.IsType<SendOutcome.NotAccepted>(outcome).Code, Advice(outcome)));
        Assert.DoesNotContain(server.Commands, c => c.StartsWith("AUTH", StringComparison.Ordinal) || c.StartsWith("MAIL", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Server_WhenNobodyListens_IsAnOutage()
    {
        await using var server = new SmtpTestServer(MailSecurity.None);
        var port = server.Port;
        await server.DisposeAsync();
        using var channel = With(server, MailSecurity.None, fingerprint: new('0', 64), port: port);

        var outcomes = await channel.SendAsync([Text(1), Text(2)], CancellationToken.None);

        Assert.All(outcomes, o => Assert.Equal(("notConnected", "outage"), (((SendOutcome.NotAccepted)o).Code, Advice(o))));
    }

    [Fact]
    public async Task Slices_WhenManyAtOnce_UseNoMoreConnectionsThanSet()
    {
        await using var server = new SmtpTestServer(MailSecurity.None);
        using var channel = With(server, MailSecurity.None, connections: 2);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => channel.SendAsync([Text(2 * i), Text(2 * i + 1)], CancellationToken.None)));

        Assert.All(outcomes.SelectMany(o => o), o => Assert.IsType<SendOutcome.Accepted>(o));
        Assert.Equal(24, server.Mails.Select(m => m.RcptTo).Distinct().Count());
        Assert.InRange(server.Connections, 1, 2);
    }

    private static string Advice(SendOutcome outcome) => outcome is SendOutcome.NotAccepted { Retry: var retry } ? retry.Never ? "never" : retry.Outage ? "outage" : "later" : "none";

    private sealed class Frozen : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
