using System.Text;
using System.Text.Json;
using HotlinePush.Audiences.Import;
using HotlinePush.Jobs;
using HotlinePush.Messaging;
using HotlinePush.Storage;
using HotlinePush.Tests.Jobs;
using HotlinePush.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Audiences;

public sealed class ImportCrashTests
{
    /// <summary>A worker killed after each number of commits in turn; whoever has the message next finishes, and the list is always the same.</summary>
    [Fact]
    public async Task Import_WhenTheWorkerIsKilledAnywhere_EndsWithTheSameList()
    {
        var first = Encoding.UTF8.GetBytes("编号,姓名,电话\n" + string.Concat(Enumerable.Range(0, 1_300).Select(i => $"a{i},某某,{13800000000 + i / 5}\n")));
        var second = Encoding.UTF8.GetBytes("编号,姓名,电话,金额\n" + string.Concat(Enumerable.Range(0, 5_200).Select(i => i % 50 == 9 ? $"b{i},,1\n" : i % 50 == 8 ? "a7,另一人,,1\n" : $"b{i},某某,{13900000000 + i},2.5\n")));
        string? expected = null;
        for (var commits = 0; commits < 140; commits += 1 + commits / 5)
        {
            var bench = new AudienceBench();
            await bench.ImportAsync(first);
            var jobId = await bench.StartAsync(second);
            var message = Assert.Single(await bench.Bus.ReceiveAsync(Queues.Jobs, 1, TimeSpan.FromHours(1), default));
            bench.Store.DieAfter(commits);
            try
            {
                while (true)
                {
                    await bench.Services.GetRequiredService<MessageCatalogue>().Find(message.Type)!.Handle(bench.Services, message.Body, default);
                    if (await bench.Bus.ReceiveAsync(Queues.Jobs, 1, TimeSpan.FromHours(1), default) is not [var next])
                        break;
                    message = next;
                }
            }
            catch (DyingStore.Killed)
            {
            }
            catch (AggregateException e) when (e.InnerExceptions.All(x => x is DyingStore.Killed))
            {
            }

            bench.Store.DieAfter(int.MaxValue);
            await bench.Bus.SettleAsync(message, new Settlement.Retry(TimeSpan.Zero, "killed"));
            for (var i = 0; i < 2; i++)
            {
                await bench.Services.GetRequiredService<PendingSweep>().RunAsync(TimeSpan.FromSeconds(-1), default);
                await bench.RunAsync();
            }

            var result = await bench.ResultAsync(jobId);
            Assert.Equal((JobState.Done, 5_200, 5_200, 208), (result.Job.State, result.Job.Done, result.Job.Total, result.Job.ErrorCount));
            var list = result.Audience.List!;
            Assert.Equal((1_300 + 5_200 - 208, 7), (list.Recipients, list.Pages));
            Assert.Equal(list.Recipients, result.Recipients.Select(r => r.Id).Distinct().Count());
            var picture = JsonSerializer.Serialize(new { list.Hash, list.Columns, list.Counts, result.Errors, Staged = (await bench.Staged.ReadAsync("a1", null, 1000, default)).Items.Count });
            Assert.Equal(expected ??= picture, picture);
            Assert.Equal("b5199", (await bench.Audiences.FindByPhoneAsync("a1", list.Version, "+8613900005199")).Single().Recipient.Id);
            Assert.Equal(0, bench.Files.Count);
            Assert.Empty(result.Audience.Leaving);
            // Nothing of the former list, nor of a version nobody points to, is left.
            var pages = ((MemoryTableStore)bench.Rows).AllKeys().Where(k => k.Table is RecipientPagesTable or "recipient-index").Select(k => k.Partition.Split('!')[1]).Distinct();
            Assert.Equal([$"{list.Version:D6}"], pages);
        }
    }

    private const string RecipientPagesTable = "recipients";
}
