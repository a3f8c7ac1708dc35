using System.Globalization;
using System.Text;
using HotlinePush.Audiences;
using HotlinePush.Audiences.Import;
using HotlinePush.Clocks;
using HotlinePush.Jobs;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Units;

namespace HotlinePush.Local.Demo;

/// <summary>
/// The fictional city's first list of recipients, brought in as an office would: a spreadsheet with a title and a total row. The six test recipients
/// stand in it first; nobody else has a number that behaves.
/// </summary>
public sealed class DemoAudience(AudienceStore audiences, RecipientImport import, RecipientImportHandler handler, JobStore jobs, IFileStore files, ProductClock clock)
{
    public const string Id = "demorelief2026";
    public const int Recipients = 360;
    internal const string UnitId = "city-civil";
    private const string JobId = "demoimport2026";
    private const int FirstNumber = 5_000;

    private const string Surnames = "骆甄殷卞郁敖闵雷樊车屈柏褚储伍班柯劳乐师岑康";
    private const string Given = "安宁明月清和若兰知远书瑶晓禾立诚子路念慈文溪景行鸣远";

    internal static readonly Actor Publisher = new(Role.Publisher, "demo-publisher", UnitId);

    /// <summary>Seeded once; cut off, it goes on.</summary>
    public Task SeedAsync(CancellationToken ct) => TakeInAsync(Id, "2026 年冬春救助对象", "relief", JobId, Sheet(), ct);

    /// <summary>Brings a list in, as an office would.</summary>
    public async Task TakeInAsync(string id, string name, string field, string jobId, string sheet, CancellationToken ct)
    {
        if (await audiences.ReadAsync(id, ct) is null)
            await audiences.CreateAsync(new() { Id = id, Name = name, Field = field, UnitId = UnitId, CreatedBy = Publisher, CreatedAt = clock.GetUtcNow() }, ct);
        if (await jobs.ReadAsync(jobId, ct) is null)
        {
            var fileId = RecipientImport.NewFileId();
            await files.PutAsync(fileId, new MemoryStream(Encoding.UTF8.GetBytes(sheet)), ct);
            await import.StartFileAsync(jobId, id, fileId, new(), Publisher, ct);
        }

        // In place of the queue, which may be at it too: whoever is slower does nothing.
        while (await jobs.ReadAsync(jobId, ct) is { Job: { State: JobState.Running } job })
            await handler.RunAsync(new(job.Id, job.Step), ct);
    }

    /// <summary>The file, UTF-8.</summary>
    public static string Sheet()
    {
        var villages = DemoCity.Areas.Where(a => a.Id.Length == 12).ToArray();
        var text = new StringBuilder("\uFEFF2026 年冬春救助资金发放花名册,,,,,,,\r\n编号,户主姓名,联系电话,电子邮箱,家庭住址,所属村,户号,救助金额（元）\r\n");
        var total = 0;
        for (var i = 0; i < Recipients; i++)
        {
            var village = villages[i * 7 % villages.Length];
            var name = $"{Surnames[i * 5 % Surnames.Length]}{Given[i * 3 % Given.Length]}{Given[(i * 11 + 4) % Given.Length]}";
            var test = i < 6;
            // Some have no telephone, some live far away and share the village's.
            var phone = test ? DemoCity.Phone(i + 1) : i % 23 == 7 ? "" : i % 41 == 9 ? DemoCity.Phone(FirstNumber + 999) : DemoCity.Phone(FirstNumber + i);
            var email = test ? string.Create(CultureInfo.InvariantCulture, $"0{i + 1}@test.invalid") : i % 6 == 2 ? string.Create(CultureInfo.InvariantCulture, $"resident{i}@yunze.invalid") : "";
            var amount = 300 + i * 37 % 9 * 100;
            total += amount;
            text.Append(CultureInfo.InvariantCulture, $"YZ2026{i + 1:D4},{name},{phone},{email},{village.Name}{i % 40 + 1}号,{village.Id},H{i / 2 + 1:D4},{amount}.00\r\n");
        }

        return text.Append(CultureInfo.InvariantCulture, $"合计,,,,,,,{total}.00\r\n").ToString();
    }
}
