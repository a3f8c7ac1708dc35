using System.Text;
using HotlinePush.Audiences;
using HotlinePush.Audiences.Import;
using HotlinePush.Jobs;

namespace HotlinePush.Tests.Audiences;

public sealed class RecipientImportTests
{
    private const string Header = "recipient_id,name,phone,email,address,area,补偿金额\n";

    [Fact]
    public async Task Import_WhenRowsAreGood_MakesAListThatIsReadByPageIdAndPhone()
    {
        var bench = new AudienceBench();

        var result = await bench.ImportAsync(Header
            + "r1,赵一,138 0000 1234,zhao@example.com,和平路 1 号,滨江,\"12,000.50\"\n"
            + "r2,钱二,+86 138-0000-1235,,,和平村,800\n"
            + "r3,孙三,,,,,\n");

        Assert.Empty(result.Errors);
        Assert.Equal((JobState.Done, 3, 3), (result.Job.State, result.Job.Done, result.Job.Total));
        Assert.Equal(["r1", "r2", "r3"], result.Recipients.Select(r => r.Id));
        var first = result.Recipients[0];
        Assert.Equal(("赵一", "+8613800001234", "zhao@example.com", "和平路 1 号", "0101"), (first.Name, first.Phone, first.Email, first.Address, first.AreaId));
        Assert.Equal("12,000.50", first.Fields["补偿金额"]);
        Assert.Equal((null, "和平村"), (result.Recipients[1].AreaId, result.Recipients[1].Fields["area"]));
        var list = result.Audience.List!;
        Assert.Equal((1, 3, 1, 2, 1, 1), (list.Version, list.Recipients, list.Pages, list.Counts.Phones, list.Counts.Emails, list.Counts.Unreachable));
        Assert.Equal(("补偿金额", 2, 12_800.50m, 800m, 12_000.50m, true), list.Columns.Where(c => c.IsAmount).Select(c => (c.Name, c.Filled, c.Sum, c.Min, c.Max, c.IsAmount)).Single());
        Assert.Equal(new Place(0, 1), (await bench.Audiences.FindByIdAsync("a1", 1, "r2"))!.Value.Place);
        Assert.Equal("r2", (await bench.Audiences.FindByPhoneAsync("a1", 1, "+8613800001235")).Single().Recipient.Id);
        Assert.Empty(await bench.Audiences.FindByPhoneAsync("a1", 1, "+8613800009999"));
        Assert.Equal("r1", (await bench.Audiences.FindByEmailAsync("a1", 1, "zhao@example.com")).Single().Recipient.Id);
        Assert.Equal(0, bench.Files.Count);
    }

    [Fact]
    public async Task Import_WhenRowsAreBad_TakesTheGoodOnesAndNamesTheOthersAsASpreadsheetDoes()
    {
        var bench = new AudienceBench();

        var result = await bench.ImportAsync("recipient_id,name,phone,email\n"
            + "r1,赵一,12345,\n"
            + "\n"
            + "r2,钱二,,not mail\n"
            + ",孙三,,\n"
            + "r4,,,\n"
            + "r5,周五,1.38E+10,\n"
            + "r6,吴六,13800001234/13800001235,\n"
            + "r7,郑七,13800001234,\n"
            + "r7,郑七,13800001234,\n"
            + "r7,王八,13800001234,\n"
            + "r8,\"冯\n九\",1.3800001234E+10,,too,many\n"
            + "r9,陈十,1.3800001234E+10,\n"
            + "合计,,,\n");

        Assert.Equal(
            [
                (2, "phone", "badPhone"), (4, "email", "badEmail"), (5, "recipient_id", "required"), (6, "name", "required"), (7, "phone", "phoneRounded"),
                (8, "phone", "severalPhones"), (10, "recipient_id", "duplicateRecipient"), (11, "recipient_id", "conflictingRecipient"), (12, null, "tooManyCells"),
            ],
            result.Wrong);
        Assert.Equal(["r7", "r9"], result.Recipients.Select(r => r.Id));
        Assert.Equal((JobState.Done, 11, 11, 9), (result.Job.State, result.Job.Done, result.Job.Total, result.Job.ErrorCount));
        Assert.Equal((14, "totalRow"), result.Job.Notes.Select(n => (n.Row, n.Code)).Single());
        Assert.Equal(2, result.Audience.List!.Counts.Duplicates);
    }

    [Fact]
    public async Task Import_WhenItAbortsOnErrors_KeepsNothing()
    {
        var bench = new AudienceBench();

        var result = await bench.ImportAsync("recipient_id,name,phone\nr1,赵一,13800001234\nr2,钱二,12\n", new(Abort: true));

        Assert.Equal((JobState.Failed, (3, "phone", "badPhone")), (result.Job.State, result.Wrong.Single()));
        Assert.Null(result.Audience.List);
        Assert.Empty((await bench.Staged.ReadAsync("a1", null, 100, default)).Items);
        Assert.Equal(0, bench.Files.Count);
    }
}
