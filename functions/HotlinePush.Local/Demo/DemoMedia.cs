using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using HotlinePush.Clocks;
using HotlinePush.Incidents;
using HotlinePush.Security;
using HotlinePush.Tickets;
using HotlinePush.Tickets.Attachments;
using HotlinePush.Units;
using HotlinePush.Units.Roster;

namespace HotlinePush.Local.Demo;

/// <summary>A duty roster of two weeks, a burst main with a dozen callers, and photos on some tickets. With tickets only: bare set-ups stay bare.</summary>
internal static class DemoMedia
{
    private const int RosterDays = 14;
    private const int Callers = 12;
    private const int WithPhotos = 6;
    private const string IncidentId = "000000000000d001";
    private const string Water = "water-group";

    private static readonly string[] Names = ["陈立", "王梅", "孙浩", "郑洁", "马骏", "高岚", "谢宁", "曹阳"];

    public static async Task SeedAsync(IServiceProvider services, CancellationToken ct)
    {
        if (services.GetRequiredService<DemoSeedOptions>().Tickets == 0)
            return;
        var now = services.GetRequiredService<ProductClock>().GetUtcNow();
        await RosterAsync(services.GetRequiredService<SetupStore>(), CityZone.DateOf(now), ct);
        services.GetRequiredService<DutyRoster>().Forget();
        await IncidentAsync(services.GetRequiredService<IncidentDesk>(), CityZone.DateOf(now), ct);
        await PhotosAsync(services, ct);
    }

    private static async Task RosterAsync(SetupStore setup, DateOnly today, CancellationToken ct)
    {
        var read = await setup.ReadAsync<IReadOnlyList<Shift>>(DutyRoster.Name, [], ct);
        if (read.Version > 0)
            return;
        var shifts = new List<Shift>();
        for (var day = 0; day < RosterDays; day++)
            foreach (var (unit, i) in DemoCity.Units.Select((u, i) => (u, i)))
            {
                var morning = new DateTimeOffset(today.AddDays(day).ToDateTime(new(8, 0)), TimeSpan.FromHours(8));
                shifts.Add(At(unit, i + day, morning, 12, "白班"));
                shifts.Add(At(unit, i + day + 3, morning.AddHours(12), 12, "夜班"));
            }

        await setup.ReplaceAsync<IReadOnlyList<Shift>>(DutyRoster.Name, shifts, read, [], ct);

        static Shift At(Unit unit, int person, DateTimeOffset from, int hours, string shift) =>
            new(unit.Id, from, from.AddHours(hours), $"{Names[person % Names.Length]}（{shift}）", $"+861990000{7100 + person % 100:D4}");
    }

    private static async Task IncidentAsync(IncidentDesk desk, DateOnly today, CancellationToken ct)
    {
        var opened = new NewIncident(
            "鹤汀街道主供水管爆裂停水", "鹤汀南路一处主供水管爆裂，鹤汀花园等三个小区停水，抢修队已在现场，预计今晚22时恢复。居委会门口有送水车。", "990101001", null, Water);
        if ((await desk.OpenAsync(opened, $"{IncidentId}:{Numbers(today, 2_000_000)}", DemoLifeStory.Desk, ct)).Incident is not { Incident.State: IncidentState.Open })
            return;
        for (var i = 0; i < Callers; i++)
        {
            var note = i % 3 == 0 ? "家里有老人和婴儿，问什么时候来水。" : null;
            await desk.CallAsync(IncidentId, new(new(Phone: $"1990000{7700 + i}"), null, note), Numbers(today, 2_000_100 + i), DemoLifeStory.Desk, ct);
        }
    }

    private static string Numbers(DateOnly today, int from) => TicketNumber.New(today, () => from);

    private static async Task PhotosAsync(IServiceProvider services, CancellationToken ct)
    {
        var (lists, store, files, actions) = (services.GetRequiredService<TicketLists>(), services.GetRequiredService<TicketStore>(), services.GetRequiredService<AttachmentFiles>(), services.GetRequiredService<TicketActions>());
        var page = await lists.CityAsync(new(TicketState.InProgress, null, null, null, null, null), null, 50, ct);
        foreach (var (ticket, i) in page.Tickets.Where(t => !t.IsProtected && t.LeadUnitId is not null).Take(WithPhotos).Select((t, i) => (t, i)))
        {
            if (await store.ReadAsync(ticket.Number, ct) is not { Ticket.Attachments: [] } stored)
                continue;
            await AddAsync(stored, "现场照片.png", Actor.Resident, 40 * i, shown: false);
            if (i % 2 == 0)
                await AddAsync(stored, "勘查照片.png", new(Role.Unit, "demo-unit-" + ticket.LeadUnitId, ticket.LeadUnitId), 40 * i + 20, shown: i == 0);
        }

        async Task AddAsync(StoredTicket stored, string name, Actor by, int hue, bool shown)
        {
            var (file, _) = await files.PutAsync(stored, name, new MemoryStream(Picture(hue)), by, "files", ct);
            if (file is not null)
                await actions.ActAsync(stored.Ticket.Number, new AddAttachments([file with { Public = shown }]), by, null, ct);
        }
    }

    /// <summary>A street by evening light, drawn: sky, houses, a road (PNG, RGB, 8 bits).</summary>
    private static byte[] Picture(int hue)
    {
        const int width = 160, height = 120;
        using var rows = new MemoryStream();
        using (var packed = new ZLibStream(rows, CompressionLevel.Optimal, leaveOpen: true))
            for (var y = 0; y < height; y++)
            {
                packed.WriteByte(0);
                for (var x = 0; x < width; x++)
                {
                    var house = y > 50 - (x / 20 * 37 + hue) % 30 && y <= 90;
                    var window = house && x % 10 is > 3 and < 7 && y % 12 is > 3 and < 8;
                    var (r, g, b) = y > 90 ? (90, 92, 96) : window ? (250, 220, 140) : house ? (120 + hue % 60, 110, 105) : (150 + y / 2, 180 - y / 3, 205 - y / 2);
                    packed.Write([(byte)r, (byte)g, (byte)b]);
                }
            }

        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 2);
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, .. Chunk("IHDR", header), .. Chunk("IDAT", rows.ToArray()), .. Chunk("IEND", [])];
    }

    private static byte[] Chunk(string type, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        var chunk = new byte[body.Length + 8];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        body.CopyTo(chunk, 4);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(4 + body.Length), Crc(body));
        return chunk;
    }

    // ISO 3309, as PNG wants it; two dozen small pictures need no table.
    private static uint Crc(byte[] bytes)
    {
        var crc = 0xFFFFFFFFu;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 1 ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
        }

        return ~crc;
    }
}
