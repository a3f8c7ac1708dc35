using HotlinePush.Channels.Email;
using HotlinePush.Notices.Sending;
using MailKit;
using MailKit.Net.Imap;
using MimeKit;

namespace HotlinePush.Providers;

/// <summary>What became of a report.</summary>
public delegate Task<ReceiptResult> ApplyReceipt(string attemptId, DeliveryState state, string? code, CancellationToken ct);

/// <summary>
/// Reads what came back from the mailbox it comes back to. Each mail is noted first and moved after that: one that is met twice changes
/// nothing, and none is deleted. What is no delivery report, or of no attempt of ours, goes to a folder of its own, for a person.
/// </summary>
public sealed class BounceMailbox(ImapSettings settings, string returnPath, ApplyReceipt apply, ILogger<BounceMailbox> log)
{
    private const int TimeoutMilliseconds = 30_000;
    private const int MostAtOnce = 500;

    /// <summary>A report quotes headers or a mail of ours, and ours are small.</summary>
    private const uint MostBytes = 2 * 1024 * 1024;

    public TimeSpan Every => TimeSpan.FromMinutes(settings.EveryMinutes);

    /// <returns>How many reports were noted.</returns>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        using var client = new ImapClient { Timeout = TimeoutMilliseconds };
        client.Trust(settings.Server);
        await client.ConnectAsync(settings.Server.Host, settings.Server.Port, settings.Server.Options(), ct);
        await client.AuthenticateAsync(settings.Server.UserName!, settings.Server.Password!, ct);
        var inbox = client.Inbox;
        await inbox.OpenAsync(FolderAccess.ReadWrite, ct);
        if (inbox.Count == 0)
        {
            await client.DisconnectAsync(quit: true, ct);
            return 0;
        }

        var (done, other) = (await FolderAsync(client, settings.Done, ct), await FolderAsync(client, settings.Other, ct));
        var (noted, strange) = (0, 0);
        foreach (var mail in await inbox.FetchAsync(0, Math.Min(inbox.Count, MostAtOnce) - 1, MessageSummaryItems.UniqueId | MessageSummaryItems.Size, ct))
        {
            var known = mail.Size <= MostBytes && await NoteAsync(await inbox.GetMessageAsync(mail.UniqueId, ct), ct);
            await inbox.MoveToAsync(mail.UniqueId, known ? done : other, ct);
            (noted, strange) = known ? (noted + 1, strange) : (noted, strange + 1);
        }

        if (strange > 0)
            log.LogInformation("{Count} mails went to {Folder}, for they tell nothing of a notice: somebody should look at them", strange, settings.Other);
        await client.DisconnectAsync(quit: true, ct);
        return noted;
    }

    private async Task<bool> NoteAsync(MimeMessage message, CancellationToken ct) =>
        BounceReport.Read(message, returnPath) is { } report
        && (report.State is not { } state || await apply(report.AttemptId, state, report.Code, ct) != ReceiptResult.Forged);

    private static async Task<IMailFolder> FolderAsync(ImapClient client, string name, CancellationToken ct)
    {
        var root = client.GetFolder(client.PersonalNamespaces[0]);
        try
        {
            return await root.GetSubfolderAsync(name, ct);
        }
        catch (FolderNotFoundException)
        {
            return await root.CreateAsync(name, isMessageFolder: true, ct) ?? await root.GetSubfolderAsync(name, ct);
        }
    }
}
