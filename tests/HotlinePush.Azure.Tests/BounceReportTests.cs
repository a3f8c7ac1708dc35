using System.Text;
using HotlinePush.Notices.Sending;
using HotlinePush.Providers;
using MimeKit;

namespace HotlinePush.Azure.Tests;

public sealed class BounceReportTests
{
    private const string ReturnPath = "bounces@city.example";
    private const string Attempt = "n20260302000001-0-7-1-abcdefghij";

    [Fact]
    public void Report_WhenItCameBackToTheAttemptsAddress_SaysWhatBecameOfIt() =>
        Assert.Equal(new(Attempt, DeliveryState.Failed, "5.1.1"), Read(Dsn($"bounces+{Attempt}@city.example", "failed", "5.1.1")));

    [Theory]
    [InlineData("delivered", "2.0.0", DeliveryState.Delivered, "2.0.0")]
    [InlineData("delayed", "4.4.1", null, "")]
    [InlineData("relayed", "2.0.0", null, "")]
    public void Report_WhenItIsNoFailure_FailsNothing(string action, string status, DeliveryState? state, string code) =>
        Assert.Equal(new(Attempt, state, code), Read(Dsn($"bounces+{Attempt}@city.example", action, status)));

    [Fact]
    public void Report_WhenTheAddressLostTheAttempt_NamesItByTheEnvelope() =>
        Assert.Equal(new(Attempt, DeliveryState.Failed, "5.2.2"), Read(Dsn(ReturnPath, "failed", "5.2.2", envelope: Attempt)));

    [Theory]
    [InlineData("message/rfc822")]
    [InlineData("text/rfc822-headers")]
    public void Report_WhenNothingElseNamesTheAttempt_QuotesItsHeaders(string quoted) =>
        Assert.Equal(new(Attempt, DeliveryState.Failed, "5.1.1"), Read(Dsn(ReturnPath, "failed", "5.1.1", quoted: quoted)));

    [Fact]
    public void Mail_WhenItIsNoReport_IsForAPerson()
    {
        Assert.Null(Read($"From: a@people.example\r\nTo: bounces+{Attempt}@city.example\r\nSubject: Re: out of office\r\nAuto-Submitted: auto-replied\r\n\r\nI am away.\r\n"));
        Assert.Null(Read(Dsn(ReturnPath, "failed", "5.1.1")));
        Assert.Null(Read(Dsn("someone@city.example", "failed", "5.1.1")));
        Assert.Null(Read("\r\n"));
        Assert.Null(Read("Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n"));
    }

    private static BounceReport? Read(string mail) => BounceReport.Read(MimeMessage.Load(new MemoryStream(Encoding.UTF8.GetBytes(mail))), ReturnPath);

    /// <summary>In the form that Postfix sends (RFC 3464).</summary>
    internal static string Dsn(string to, string action, string status, string? envelope = null, string? quoted = null) =>
        $"""
        Return-Path: <>
        From: MAILER-DAEMON@relay.example (Mail Delivery System)
        To: {to}
        Subject: Undelivered Mail Returned to Sender
        Auto-Submitted: auto-replied
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status;
        	boundary="4BDF12.1772415000/relay.example"

        --4BDF12.1772415000/relay.example
        Content-Description: Notification
        Content-Type: text/plain; charset=us-ascii

        This is the mail system at host relay.example.

        --4BDF12.1772415000/relay.example
        Content-Description: Delivery report
        Content-Type: message/delivery-status

        Reporting-MTA: dns; relay.example
        X-Postfix-Queue-ID: 4BDF12{(envelope is null ? "" : $"\nOriginal-Envelope-Id: {envelope}")}
        Arrival-Date: Mon,  2 Mar 2026 09:30:00 +0800 (CST)

        Final-Recipient: rfc822; p7@people.example
        Original-Recipient: rfc822;p7@people.example
        Action: {action}
        Status: {status}
        Remote-MTA: dns; mx.people.example
        Diagnostic-Code: smtp; 550 {status} it says so

        --4BDF12.1772415000/relay.example
        Content-Description: Undelivered Message Headers
        Content-Type: {quoted ?? "text/plain"}

        Message-ID: <{Attempt}@city.example>
        {(quoted is null ? "X-Nothing: here" : $"X-HotlinePush-Attempt: {Attempt}")}
        Subject: test

        --4BDF12.1772415000/relay.example--

        """.ReplaceLineEndings("\r\n");
}
