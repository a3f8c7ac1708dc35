using System.Globalization;
using System.Text;
using System.Text.Json;
using HotlinePush.Local.Demo;
using HotlinePush.Tickets;
using HotlinePush.Web;

namespace HotlinePush.Benchmarks;

/// <summary>
/// Requests of the fictional city as ready-made bytes, without category and area, so that routing has to find both. Every copy gets
/// a phone (and a key, where asked for) that no other has.
/// </summary>
internal sealed class IntakeRequests
{
    private const string Phone = "13900000000";
    private const string Key = "00000000-0000";
    private static readonly byte[] PhoneBytes = Encoding.ASCII.GetBytes(Phone);
    private static readonly byte[] KeyBytes = Encoding.ASCII.GetBytes(Key);
    private static int _last;

    private readonly (byte[] Bytes, int Phone, int Key)[] _templates;

    public IntakeRequests(bool keys)
    {
        _templates = [.. DemoTickets.Several(1000).Select(t =>
        {
            var body = JsonSerializer.SerializeToUtf8Bytes(
                new NewTicket(t.Type, t.Subject, t.Description, new NewContact(t.Contact.Name, Phone, Confidential: t.Contact.Confidential)), WireJson.Options);
            var head = "POST /api/v1/tickets HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                + (keys ? $"Idempotency-Key: bench-{Key}\r\n" : "") + string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n\r\n");
            byte[] bytes = [.. Encoding.ASCII.GetBytes(head), .. body];
            return (bytes, bytes.AsSpan().IndexOf(PhoneBytes), keys ? bytes.AsSpan().IndexOf(KeyBytes) : -1);
        })];
    }

    public int LongestBytes => _templates.Max(t => t.Bytes.Length);

    /// <summary>Writes the next request into the caller's room and answers it.</summary>
    public ReadOnlySpan<byte> Next(byte[] room)
    {
        var number = Interlocked.Increment(ref _last);
        var (bytes, phone, key) = _templates[number % _templates.Length];
        bytes.CopyTo(room, 0);
        Digits(room.AsSpan(phone + 3, 8), number);
        if (key >= 0)
            Digits(room.AsSpan(key, 8), number);
        return room.AsSpan(0, bytes.Length);
    }

    private static void Digits(Span<byte> room, int number)
    {
        for (var i = room.Length - 1; i >= 0; i--, number /= 10)
            room[i] = (byte)('0' + number % 10);
    }
}
