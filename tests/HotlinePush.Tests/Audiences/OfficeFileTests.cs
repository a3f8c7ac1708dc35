using System.Text;
using HotlinePush.Audiences;
using HotlinePush.Audiences.Import;
using HotlinePush.Jobs;

namespace HotlinePush.Tests.Audiences;

/// <summary>Files as offices have them.</summary>
public sealed class OfficeFileTests
{
    public static TheoryData<string, bool, char> Encodings() => new()
    {
        { "utf-8", true, ',' }, { "utf-8", false, ',' }, { "utf-16", true, '\t' }, { "utf-16BE", true, ',' }, { "gb18030", false, ',' }, { "gb18030", false, ';' }, { "utf-8", true, '\t' },
    };

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task Import_WhateverTheEncodingAndDelimiter_ReadsTheSamePeople(string encoding, bool mark, char delimiter)
    {
        var text = (mark ? "\uFEFF" : "") + "编号,姓 名,联系电话（必填）,补偿金额\r\n0001,欧阳𠮷,１３８０００１２３４５,＄\r\n0002,钱二,0571-87654321,１２３４.５\r\n".Replace(',', delimiter);

        var result = await new AudienceBench().ImportAsync(TextEncoding.Of(encoding).GetBytes(text));

        Assert.Empty(result.Errors);
        Assert.Equal([("0001", "欧阳𠮷", "+8613800012345"), ("0002", "钱二", "+8657187654321")], result.Recipients.Select(r => (r.Id, r.Name!, r.Phone!)));
        Assert.Equal("1234.5", result.Recipients[1].Fields["补偿金额"].Replace('．', '.'));
    }

    [Fact]
    public async Task Import_OfAWorkbook_FindsTheHeaderSkipsTitlesAndTotalsAndReadsNumbersAndDates()
    {
        var file = new Workbook()
            .Sheet("说明", [["本表由各村填报"]], hidden: true)
            .Sheet("青山村", [
                ["青山村征地补偿明细表"],
                ["填报单位：青山村民委员会", null, null, "单位：元"],
                [],
                ["编号", "户主姓名", "手机号码", "补偿\n金额", "签约日期"],
                [1001.0, "赵一", 13800001234.0, 0.1 + 0.2, new DateTime(2026, 3, 5)],
                [new Workbook.Raw("<c r=\"@\" t=\"str\"><f>HYPERLINK(\"http://x.invalid\")</f><v>1002</v></c>"), "钱二", "１３８-0000-1235", 3000000.0, null],
                [],
                ["1003", "孙三", 1.38E10, new Workbook.Raw("<c r=\"@\" t=\"e\"><v>#N/A</v></c>"), null],
                ["合 计", null, null, 3000000.3, null],
            ], merged: ["A1:E1", "A9:C9"]).ToBytes();

        var result = await new AudienceBench().ImportAsync(file);

        Assert.Equal([(8, "补偿金额", "cellError")], result.Wrong);
        Assert.Equal([("1001", "赵一", "+8613800001234"), ("1002", "钱二", "+8613800001235")], result.Recipients.Select(r => (r.Id, r.Name!, r.Phone!)));
        Assert.Equal(("0.3", "2026-03-05"), (result.Recipients[0].Fields["补偿金额"], result.Recipients[0].Fields["签约日期"]));
        Assert.Equal(3_000_000.3m, result.Audience.List!.Columns.Single(c => c.Name == "补偿金额").Sum);
        Assert.Equal(["sheet", "titleRows", "totalRow"], result.Job.Notes.Select(n => n.Code));
        Assert.Equal((9, 3), (result.Job.Notes[2].Row, result.Job.Total));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Import_OfMergedCells_AsksForConfirmationAndThenFillsThem(bool fill)
    {
        var file = new Workbook().Sheet("表", [
            ["编号", "姓名", "所属村"],
            ["1", "赵一", "和平村"],
            ["2", "钱二", null],
            ["3", "孙三", null],
            ["4", "李四", "滨江"],
        ], merged: ["C2:C4"]).ToBytes();

        var result = await new AudienceBench().ImportAsync(file, new(FillMerged: fill));

        Assert.Equal(fill ? [] : [(3, "所属村", "mergedCell"), (4, "所属村", "mergedCell")], result.Wrong);
        Assert.Equal(fill ? ["和平村", "和平村", "和平村", null] : new[] { "和平村", null }, result.Recipients.Select(r => r.Fields.GetValueOrDefault("所属村")));
        Assert.Equal("0101", result.Recipients[^1].AreaId);
    }

    [Fact]
    public async Task Import_WhenSheetHeaderAndMapAreGiven_GoesByThemAndRemembersTheMapping()
    {
        var bench = new AudienceBench();
        var file = new Workbook().Sheet("甲", [["x"]]).Sheet("乙", [["随便"], ["序号", "谁", "打哪个"], ["7", "赵一", "13800001234"]]).ToBytes();
        var options = new ImportOptions(Sheet: "乙", Header: 2) { Map = System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("recipient_id", "序号").Add("name", "谁").Add("phone", "#3") };

        var first = await bench.ImportAsync(file, options);
        var second = await bench.ImportAsync("序号,谁,打哪个\n8,钱二,13800001235\n");

        Assert.Equal(("7", "+8613800001234"), first.Recipients.Select(r => (r.Id, r.Phone!)).Single());
        Assert.Equal(["7", "8"], second.Recipients.Select(r => r.Id));
        Assert.Equal("+8613800001235", second.Recipients[1].Phone);
        Assert.Equal("打哪个", second.Audience.Mapping["phone"]);
        Assert.Equal((2, 1), (second.Audience.List!.Version, second.Audience.List.Pages));
    }

    [Fact]
    public async Task Import_OfFiveTownshipFilesInARow_MakesOneListWithoutDoubles()
    {
        var bench = new AudienceBench();
        await bench.CreateAsync();
        for (var town = 0; town < 5; town++)
            await bench.StartAsync(Encoding.UTF8.GetBytes("编号,姓名,电话,金额\n" + string.Concat(Enumerable.Range(0, 700).Select(i => $"{town}-{i},某某,{13800000000 + i},1\n")) + "0-1,某某,13800000001,1\n"));
        await bench.RunAsync();

        var audience = (await bench.Audiences.ReadAsync("a1"))!.Audience;
        Assert.Equal((3500, 4, 3500m), (audience.List!.Recipients, audience.List.Pages, audience.List.Columns.Single().Sum));
        var all = await bench.AllAsync(audience);
        Assert.Equal(3500, all.Select(r => r.Id).Distinct().Count());
        // Five people on each phone: more than three share it.
        Assert.True(all.All(r => r.SharedPhone));
        Assert.Equal(700, audience.List.Counts.SharedPhones);
        Assert.Equal(5, (await bench.Audiences.FindByPhoneAsync("a1", audience.List.Version, "+8613800000003")).Count);
        Assert.Empty(audience.Leaving);
    }

    [Fact]
    public async Task Import_OfIdAndBankNumbers_KeepsNoneAndMakesIdsFromThem()
    {
        var bench = new AudienceBench();
        var csv = "姓名,身份证号,开户账号,备注,卡\n赵一,11010519491231002X,6222020000000000000,无,6222021234567890128\n钱二,440524188001010014,6222020000000000000,证号440524188001010014,6222021234567890128\n";

        var none = await bench.ImportAsync(csv);
        var hashed = await bench.ImportAsync(csv, new(HashColumn: "身份证号"));

        Assert.Equal((JobState.Failed, "missingColumn"), (none.Job.State, none.Wrong.Single().Code));
        Assert.Equal([(3, "备注", "idNumber")], hashed.Wrong);
        var only = Assert.Single(hashed.Recipients);
        Assert.StartsWith("h1-", only.Id, StringComparison.Ordinal);
        Assert.Equal(["备注"], only.Fields.Keys);
        Assert.Equal(["hashedColumn", "bankColumnDropped", "bankColumnDropped"], hashed.Job.Notes.Select(n => n.Code));
        Assert.Equal(["开户账号", "卡"], hashed.Job.IgnoredColumns);
    }

    [Fact]
    public async Task Import_WhenIdsAreIdNumbers_FailsAndSaysHow()
    {
        var result = await new AudienceBench().ImportAsync("编号,姓名\n11010519491231002X,赵一\n440524188001010014,钱二\n");

        Assert.Equal((JobState.Failed, "idNumberAsId"), (result.Job.State, result.Wrong.Single().Code));
    }

    public static TheoryData<string, string> NoFiles() => new()
    {
        { "", "missingColumn" },
        { "甲,乙,丙\n赵一,13800001234,1\n", "missingColumn" },
        { "PK\u0003\u0004not a zip", "brokenWorkbook" },
        { "\u00D0\u00CF\u0011\u00E0\u00A1\u00B1\u001A\u00E1", "oldWorkbook" },
        { "a\0b", "notSpreadsheet" },
    };

    [Theory]
    [MemberData(nameof(NoFiles))]
    public async Task Import_OfWhatIsNoList_FailsWithTheReason(string bytes, string code)
    {
        var bench = new AudienceBench();
        var result = await bench.ImportAsync(bytes.All(c => c < 256) ? Encoding.Latin1.GetBytes(bytes) : Encoding.UTF8.GetBytes(bytes));

        Assert.Equal((JobState.Failed, code), (result.Job.State, result.Wrong.First().Code));
        Assert.Equal(0, bench.Files.Count);
    }

    [Fact]
    public async Task Import_OfHostileWorkbooks_FailsAndSpendsNothingOnThem()
    {
        var bomb = new Workbook().Sheet("s", [["编号", "姓名"]]);
        bomb.Parts["xl/styles.xml"] = new byte[70 * 1024 * 1024];
        var entity = new Workbook().SheetXml("s", "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]><worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>&b;</t></is></c></row></sheetData></worksheet>");
        var wide = new Workbook().SheetXml("s", "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData><row r=\"1\"><c r=\"ZZZZZ1\"><v>1</v></c></row></sheetData></worksheet>");
        var far = new Workbook().SheetXml("s", "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>编号</t></is></c><c r=\"B1\" t=\"inlineStr\"><is><t>姓名</t></is></c></row><row r=\"2000000000\"><c r=\"A2000000000\"><v>1</v></c></row></sheetData></worksheet>");

        string[] codes = [
            (await new AudienceBench().ImportAsync(bomb.ToBytes())).Wrong.First().Code,
            (await new AudienceBench().ImportAsync(entity.ToBytes())).Wrong.First().Code,
            (await new AudienceBench().ImportAsync(wide.ToBytes())).Wrong.First().Code,
            (await new AudienceBench().ImportAsync(far.ToBytes())).Wrong.First().Code,
        ];

        Assert.Equal(["workbookTooBig", "brokenWorkbook", "brokenWorkbook", "tooManyRows"], codes);
    }

    /// <summary>Whatever the bytes, the job ends, and no worker dies of them.</summary>
    [Fact]
    public async Task Import_OfCutAndRandomFiles_EndsWithAnAnswer()
    {
        var random = new Random(20261123);
        var good = new Workbook { SharedStrings = "<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><si><t>编号</t></si></sst>" }
            .Sheet("表", [[new Workbook.Raw("<c r=\"@\" t=\"s\"><v>0</v></c>"), "姓名", "电话"], .. Enumerable.Range(0, 30).Select(i => new object?[] { (double)i, "某某", "13800001234" })], merged: ["A1:B1"]).ToBytes();
        for (var i = 0; i < 120; i++)
        {
            var bytes = (i % 4) switch
            {
                0 => good[..random.Next(good.Length)],
                1 => Flip(good, random),
                2 => Flip(Encoding.UTF8.GetBytes("编号,姓名,电话\n" + string.Concat(Enumerable.Repeat("1,\"赵\n一\",13800001234\n", 20))), random),
                _ => Random(random),
            };
            var result = await new AudienceBench().ImportAsync(bytes);
            Assert.True(result.Job.State is JobState.Done or JobState.Failed);
        }

        static byte[] Flip(byte[] bytes, Random random)
        {
            var copy = bytes.ToArray();
            for (var n = random.Next(1, 12); n > 0; n--)
                copy[random.Next(copy.Length)] = (byte)random.Next(256);
            return copy;
        }

        static byte[] Random(Random random)
        {
            var bytes = new byte[random.Next(3000)];
            random.NextBytes(bytes);
            return bytes;
        }
    }
}
