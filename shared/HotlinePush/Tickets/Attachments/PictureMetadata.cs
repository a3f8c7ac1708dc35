namespace HotlinePush.Tickets.Attachments;

/// <summary>Takes out of a picture what the camera wrote about itself: place, time, device, thumbnails. The picture stays as it is.</summary>
internal static class PictureMetadata
{
    /// <summary>The same stream for kinds that are not filtered.</summary>
    public static Stream Strip(Stream picture, FileKind kind) => kind.Code switch
    {
        "jpeg" => new JpegFilter(picture),
        "png" => new PngFilter(picture),
        _ => picture,
    };
}

/// <summary>Looks at each byte and passes on some.</summary>
internal abstract class ByteFilter(Stream inner) : ReadOnlyStream
{
    private readonly byte[] _in = new byte[16 * 1024];
    private readonly List<byte> _out = new(16 * 1024);
    private int _at;

    protected abstract void Take(byte b);

    protected void Pass(params ReadOnlySpan<byte> bytes) => _out.AddRange(bytes);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct = default)
    {
        while (_at == _out.Count)
        {
            _out.Clear();
            _at = 0;
            var read = await inner.ReadAsync(_in, ct);
            if (read == 0)
                return 0;
            foreach (var b in _in.AsSpan(0, read))
                Take(b);
        }

        var count = Math.Min(buffer.Length, _out.Count - _at);
        _out.CopyTo(_at, buffer.Span[..count]);
        _at += count;
        return count;
    }
}

file static class Extensions
{
    public static void CopyTo(this List<byte> list, int from, Span<byte> to) =>
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(list).Slice(from, to.Length).CopyTo(to);
}

/// <summary>
/// JPEG (ITU-T T.81 annex B): application segments but JFIF's and Adobe's go, comments go, and whatever follows the end of the image.
/// </summary>
internal sealed class JpegFilter(Stream inner) : ByteFilter(inner)
{
    private const byte Mark = 0xFF, Start = 0xD8, End = 0xD9, Scan = 0xDA, Comment = 0xFE, App0 = 0xE0, App14 = 0xEE;

    private enum Place { Mark, Code, LengthHigh, LengthLow, Segment, Scan, ScanMark, End }

    private Place _place;
    private byte _code;
    private int _left;
    private bool _keep;

    protected override void Take(byte b)
    {
        switch (_place)
        {
            case Place.Mark when b == Mark:
                _place = Place.Code;
                break;
            case Place.Code:
                Begin(b);
                break;
            case Place.LengthHigh:
                _left = b << 8;
                _place = Place.LengthLow;
                break;
            case Place.LengthLow:
                _left |= b;
                if (_keep)
                    Pass(Mark, _code, (byte)(_left >> 8), b);
                _left -= 2;
                _place = Place.Segment;
                if (_left <= 0)
                    EndSegment();
                break;
            case Place.Segment:
                if (_keep)
                    Pass(b);
                if (--_left == 0)
                    EndSegment();
                break;
            case Place.Scan when b == Mark:
                _place = Place.ScanMark;
                break;
            case Place.Scan:
                Pass(b);
                break;
            case Place.ScanMark when b is 0 or (>= 0xD0 and <= 0xD7):
                Pass(Mark, b);
                _place = Place.Scan;
                break;
            case Place.ScanMark:
                Begin(b);
                break;
        }
    }

    private void Begin(byte code)
    {
        if (code == Mark)
            return;
        _code = code;
        _keep = code is not (Comment or (> App0 and <= 0xEF and not App14));
        if (code is Start or End or 1 or (>= 0xD0 and <= 0xD7))
            Pass(Mark, code);
        _place = code switch { End => Place.End, 0 or 1 or Start or (>= 0xD0 and <= 0xD7) => Place.Mark, _ => Place.LengthHigh };
    }

    private void EndSegment() => _place = _code == Scan ? Place.Scan : Place.Mark;
}

/// <summary>PNG (ISO/IEC 15948): chunks of text, time and camera data go, and whatever follows the end of the image.</summary>
internal sealed class PngFilter(Stream inner) : ByteFilter(inner)
{
    private const int Signature = 8;
    private const int Header = 8;
    private const int Check = 4;

    private readonly byte[] _header = new byte[Header];
    private int _signed;
    private int _read;
    private long _left;
    private bool _keep;
    private bool _ended;

    protected override void Take(byte b)
    {
        if (_signed < Signature)
        {
            _signed++;
            Pass(b);
            return;
        }

        if (_left > 0)
        {
            if (_keep)
                Pass(b);
            _left--;
            return;
        }

        if (_ended)
            return;
        _header[_read++] = b;
        if (_read < Header)
            return;
        _read = 0;
        var type = _header.AsSpan(4, 4);
        _left = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(_header) + Check;
        _keep = !(type.SequenceEqual("eXIf"u8) || type.SequenceEqual("tEXt"u8) || type.SequenceEqual("zTXt"u8) || type.SequenceEqual("iTXt"u8) || type.SequenceEqual("tIME"u8));
        _ended = type.SequenceEqual("IEND"u8);
        if (_keep)
            Pass(_header);
    }
}
